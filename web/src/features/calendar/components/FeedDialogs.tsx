// Makes a feed and hands its address out once; takes a feed back.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { useForm, type Form } from '@/lib/forms';
import type { Choice } from '@/lib/lookup';
import { asProblem } from '@/lib/problem';
import type { Page, Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, SelectField, TextField } from '@/ui/Form';
import { ServicePicker, TeamPicker } from '@/ui/Picker';
import { SecretDialog } from '@/ui/SecretDialog';
import { wordOf } from '@/ui/texts';
import { ENVIRONMENTS } from '../bandTexts';
import { feeds as words } from '../feedTexts';

export type Feed = Schema<'Feed'>;

const BOARDS_MAX = 50;
/** The kind of a feed that tells the reader's notices. */
const NOTICE = 'notice';

interface Values {
  name: string;
  service: Choice | null;
  team: Choice | null;
  environment: string | undefined;
  kind: string | undefined;
  board: string | undefined;
}

interface NewProps {
  onClose: () => void;
  onDone: (feed: Feed) => void;
}

export function NewFeedDialog({ onClose, onDone }: NewProps) {
  const form = useForm<Values>({
    name: '',
    service: null,
    team: null,
    environment: undefined,
    kind: undefined,
    board: undefined,
  });
  const boards = useQuery({
    queryKey: ['/boards', 'of a feed'],
    queryFn: ({ signal }) =>
      get<Page<Schema<'CabBoard'>>>('/boards', { limit: BOARDS_MAX }, signal),
  });
  const write = useWrite<Feed>(onDone);
  const { name, service, team, environment, kind, board } = form.values;
  const narrowed = () => {
    if (kind === NOTICE) return { kind };
    if (board) return { board };
    return { service: service?.value, team: team?.value, environment, kind };
  };
  const submit = () =>
    write.mutate(
      { path: '/feeds', body: { name: name.trim(), ...narrowed() } },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  const { fields } = words;
  return (
    <Dialog
      title={words.newTitle}
      submit={words.create}
      busy={write.isPending}
      problem={form.errors.length === 0 ? write.error : undefined}
      disabled={name.trim() === ''}
      onClose={onClose}
      onSubmit={submit}
    >
      <ErrorSummary errors={form.errors} />
      <TextField form={form} name="name" label={fields.name} required autoFocus max={200} />
      {!board && (
        <SelectField
          form={form}
          name="kind"
          label={fields.kind}
          help={kind === NOTICE ? words.noticeHelp : words.any}
          clearable
          options={Object.entries(words.kinds).map(([value, label]) => ({ value, label }))}
        />
      )}
      {kind !== NOTICE && (
        <SelectField
          form={form}
          name="board"
          label={fields.board}
          help={words.boardHelp}
          clearable
          options={(boards.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      {!board && kind !== NOTICE && <Narrowed form={form} />}
    </Dialog>
  );
}

/** What a feed of changes and releases is narrowed down to. */
function Narrowed({ form }: { form: Form<Values> }) {
  const { fields } = words;
  const { service, team } = form.values;
  return (
    <>
      <ServicePicker
        name="service"
        label={fields.service}
        help={words.any}
        value={service}
        onChange={(next) => form.set('service', next)}
      />
      <TeamPicker
        name="team"
        label={fields.team}
        help={words.any}
        value={team}
        onChange={(next) => form.set('team', next)}
      />
      <SelectField
        form={form}
        name="environment"
        label={fields.environment}
        help={words.any}
        clearable
        options={ENVIRONMENTS.map((value) => ({ value, label: wordOf(value) }))}
      />
    </>
  );
}

export function FeedAddress({ feed, onClose }: { feed: Feed; onClose: () => void }) {
  const address = feed.address ? window.location.origin + feed.address : undefined;
  return (
    <SecretDialog
      title={address ? words.addressTitle : feed.name}
      help={words.addressHelp}
      none={words.addressGone}
      secret={address}
      onClose={onClose}
    />
  );
}

interface RevokeProps {
  feed: Feed;
  onClose: () => void;
  onDone: () => void;
}

export function RevokeFeed({ feed, onClose, onDone }: RevokeProps) {
  const write = useWrite(onDone);
  return (
    <Dialog
      danger
      title={words.revokeTitle(feed.name)}
      submit={words.revoke}
      busy={write.isPending}
      problem={write.error}
      onClose={onClose}
      onSubmit={() =>
        write.mutate({
          method: 'DELETE',
          path: `/feeds/${encodeURIComponent(feed.id)}`,
          version: feed.version,
        })
      }
    >
      <p>{words.revokeHelp}</p>
    </Dialog>
  );
}
