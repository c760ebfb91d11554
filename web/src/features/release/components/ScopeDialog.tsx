// The dialogs that state a part of the scope. Each sends one write; lists are sent whole.
import { Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { choiceOf, findChanges, type Choice } from '@/lib/lookup';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { useWrite, type Write } from '@/lib/write';
import { toInstant, toWall } from '@/lib/zone';
import { Dialog, ReasonDialog } from '@/ui/Dialog';
import { OnePicker, PersonPicker, ReleasesPicker, TeamPicker } from '@/ui/Picker';
import { AskException } from '@/ui/record/AskException';
import { releasePath, type Release } from '../queries';
import { STATEMENT } from '../texts';

type Document = Schema<'ScopeDocument'>;
type Outside = Schema<'Outside'>;

export interface Stating {
  what:
    | 'owner'
    | 'freezeAt'
    | 'freeze'
    | 'unfreeze'
    | 'join'
    | 'independent'
    | 'excluded'
    | 'team'
    | 'order'
    | 'signOff';
  /** What the form begins with, or the team whose part it is. */
  given?: { what?: string; reason?: string; team?: string };
}

interface Props {
  release: Release;
  document: Document;
  stating: Stating;
  onClose: () => void;
}

export function ScopeDialog(props: Props) {
  const { what } = props.stating;
  switch (what) {
    case 'freeze':
    case 'unfreeze':
      return <FreezeDialog {...props} verb={what} />;
    case 'join':
      return <JoinDialog {...props} />;
    case 'independent':
    case 'excluded':
      return <OutsideDialog {...props} list={what} />;
    case 'team':
      return <TeamDialog {...props} />;
    case 'signOff':
      return <SignOffDialog {...props} />;
    case 'order':
      return <OrderDialog {...props} />;
    case 'freezeAt':
      return <FreezeAtDialog {...props} />;
    default:
      return <OwnerDialog {...props} />;
  }
}

/** What a dialog of the scope is made of, and how it is sent. */
function useStating({ release, document, onClose }: Props) {
  const write = useWrite(onClose);
  const path = releasePath(release.number);
  const send = (part: Omit<Write, 'version' | 'path'> & { to: string }) => {
    const { to, ...rest } = part;
    write.mutate({ ...rest, path: `${path}${to}`, version: document.version });
  };
  const patch = (body: unknown) => send({ method: 'PATCH', to: '/scope', body });
  const frame = { submit: STATEMENT.save, onClose, busy: write.isPending, problem: write.error };
  return { send, patch, frame };
}

function FreezeDialog(props: Props & { verb: 'freeze' | 'unfreeze' }) {
  const { send, frame } = useStating(props);
  const { verb } = props;
  return (
    <ReasonDialog
      {...frame}
      title={STATEMENT[verb]}
      submit={STATEMENT[verb]}
      required
      onSubmit={(reason) => send({ to: `/${verb}`, body: { reason } })}
    >
      <p>{verb === 'freeze' ? STATEMENT.freezeHelp : STATEMENT.unfreezeHelp}</p>
    </ReasonDialog>
  );
}

function JoinDialog({ release, onClose }: Props) {
  const [change, setChange] = useState<Choice | null>(null);
  const [asking, setAsking] = useState(false);
  if (asking) {
    const wanted = {
      rule: 'scope_freeze',
      // Nothing named: what the package of the release itself gains.
      subject: change?.value ?? release.id,
      with: { id: release.id, name: `${release.number} ${release.title}` },
    };
    return <AskException wanted={wanted} onClose={onClose} />;
  }
  return (
    <Dialog
      title={STATEMENT.askJoin}
      submit={STATEMENT.askJoin}
      onClose={onClose}
      onSubmit={() => setAsking(true)}
    >
      <p>{STATEMENT.askJoinHelp}</p>
      <OnePicker
        search={findChanges}
        label={STATEMENT.outsideChange}
        value={change}
        onChange={setChange}
      />
    </Dialog>
  );
}

function OwnerDialog(props: Props) {
  const { document } = props;
  const [owner, setOwner] = useState<Choice | null>(
    document.owner ? choiceOf(document.owner) : null,
  );
  const { patch, frame } = useStating(props);
  return (
    <Dialog
      {...frame}
      title={STATEMENT.ownerTitle}
      onSubmit={() => patch({ owner: owner?.value ?? null })}
    >
      <PersonPicker
        label={STATEMENT.owner}
        help={STATEMENT.ownerHelp}
        value={owner}
        onChange={setOwner}
      />
    </Dialog>
  );
}

function FreezeAtDialog(props: Props) {
  const zone = useZone();
  const [at, setAt] = useState(toWall(props.document.freeze_at, zone));
  const { patch, frame } = useStating(props);
  return (
    <Dialog
      {...frame}
      title={STATEMENT.freezeAtTitle}
      onSubmit={() => patch({ freeze_at: toInstant(at, zone) ?? null })}
    >
      <p>{STATEMENT.freezeHelp}</p>
      <TextInput
        data-autofocus
        type="datetime-local"
        label={`${STATEMENT.freezeAtLabel} (${zone})`}
        value={at}
        onChange={(event) => setAt(event.currentTarget.value)}
      />
    </Dialog>
  );
}

function fieldsOf(rows: Outside[]) {
  return rows.map(({ change, what, reason }) => ({ change: change?.id, what, reason }));
}

function OutsideDialog(props: Props & { list: 'independent' | 'excluded' }) {
  const { document, list } = props;
  const [change, setChange] = useState<Choice | null>(null);
  const { given } = props.stating;
  const [what, setWhat] = useState(given?.what ?? '');
  const [reason, setReason] = useState(given?.reason ?? '');
  const { patch, frame } = useStating(props);
  const added = { change: change?.value, what: what.trim(), reason: reason.trim() };
  return (
    <Dialog
      {...frame}
      title={STATEMENT.outsideTitle[list]}
      onSubmit={() => patch({ [list]: [...fieldsOf(document[list]), added] })}
      disabled={added.reason === '' || (!change && added.what === '')}
    >
      <OnePicker
        search={findChanges}
        label={STATEMENT.outsideChange}
        value={change}
        onChange={setChange}
      />
      <TextInput
        label={STATEMENT.outsideWhat}
        maxLength={200}
        value={what}
        onChange={(event) => setWhat(event.currentTarget.value)}
      />
      <Textarea
        label={STATEMENT.outsideReason}
        withAsterisk
        autosize
        minRows={2}
        maxLength={4000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}

function SignOffDialog(props: Props) {
  const { send, frame } = useStating(props);
  const team = props.stating.given?.team;
  return (
    <ReasonDialog
      {...frame}
      title={STATEMENT.signOffTitle}
      submit={STATEMENT.signOff}
      label={STATEMENT.signOffNote}
      onSubmit={(note) =>
        send({ to: '/scope/sign-off', body: { team, ...(note ? { note } : {}) } })
      }
    >
      <p>{STATEMENT.signOffHelp}</p>
    </ReasonDialog>
  );
}

function TeamDialog(props: Props) {
  const [team, setTeam] = useState<Choice | null>(null);
  const [owns, setOwns] = useState('');
  const [signsOff, setSignsOff] = useState('');
  const { patch, frame } = useStating(props);
  const stated = props.document.teams.filter((row) => row.owns !== '');
  const others = stated.filter((row) => row.team.id !== team?.value);
  const submit = () =>
    patch({
      teams: [
        ...others.map((row) => ({
          team: row.team.id,
          owns: row.owns,
          signs_off: row.signs_off,
        })),
        { team: team?.value, owns: owns.trim(), signs_off: signsOff.trim() },
      ],
    });
  return (
    <Dialog
      {...frame}
      title={STATEMENT.addTeam}
      onSubmit={submit}
      disabled={!team || owns.trim() === ''}
    >
      <TeamPicker label={STATEMENT.team} required value={team} onChange={setTeam} />
      <Textarea
        label={STATEMENT.owns}
        withAsterisk
        autosize
        minRows={2}
        maxLength={4000}
        value={owns}
        onChange={(event) => setOwns(event.currentTarget.value)}
      />
      <Textarea
        label={STATEMENT.signsOff}
        autosize
        minRows={2}
        maxLength={4000}
        value={signsOff}
        onChange={(event) => setSignsOff(event.currentTarget.value)}
      />
    </Dialog>
  );
}

function OrderDialog(props: Props) {
  const [after, setAfter] = useState<Choice[]>(
    props.document.after.map((row) => choiceOf(row.release)),
  );
  const { send, frame } = useStating(props);
  const body = { after: after.map((each) => each.value) };
  return (
    <Dialog
      {...frame}
      title={STATEMENT.setOrder}
      onSubmit={() => send({ method: 'PUT', to: '/dependencies', body })}
    >
      <ReleasesPicker
        label={STATEMENT.after}
        help={STATEMENT.orderHelp}
        value={after}
        onChange={setAfter}
      />
    </Dialog>
  );
}
