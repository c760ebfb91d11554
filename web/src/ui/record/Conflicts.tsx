// Conflicts of a record: the rule, the other side, the time both claim, and the path of CIs that
// connects them. An open one can be accepted with a reason.
import { Button, TextInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import { inZone } from '@/lib/inZone';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { toInstant } from '@/lib/zone';
import { ActionButton } from '../Actions';
import { Dialog } from '../Dialog';
import { Icon } from '../icons';
import { RefLink } from '../RefLink';
import { EmptyState } from '../States';
import { StatePill } from '../StatePill';
import { sentence, UI, wordOf } from '../texts';
import { Time, WindowTime } from '../Time';
import { AcceptConflict } from './AcceptConflict';
import { AskException, useAskOffer, type Wanted } from './AskException';
import { blockersFirst } from './blockersFirst';
import { RECORD } from './texts';
import classes from './Conflicts.module.css';

type Conflict = Schema<'Conflict'>;

const HITS_SHOWN = 3;

interface Props {
  conflicts: Conflict[];
  /** False for a draft that was only checked. */
  acceptable?: boolean;
  /** The id of the record that they are shown for: those of its changes name them. */
  of?: string;
  none?: string;
}

export function Conflicts({ conflicts, acceptable = true, of, none }: Props) {
  const zone = useZone();
  const [accepting, setAccepting] = useState<Conflict>();
  const [asking, setAsking] = useState<Wanted>();
  if (conflicts.length === 0) {
    return acceptable ? (
      <EmptyState icon="check" title={none ?? 'Nothing collides'}>
        <p>{RECORD.noConflicts}</p>
      </EmptyState>
    ) : (
      <p className="soft">{none ?? RECORD.checkNone}</p>
    );
  }
  return (
    <>
      <ul className={classes.list}>
        {blockersFirst(conflicts).map((conflict, index) => (
          <li key={conflict.id ?? index} className={classes.item} data-state={conflict.state}>
            <ConflictHead conflict={conflict} of={of} />
            <p className={classes.detail}>{sentence(inZone(withoutPath(conflict), zone))}</p>
            {conflict.rule && (
              <p className="soft">
                {RECORD.ruledBy(conflict.rule.name)}{' '}
                <span className="mono">
                  {conflict.rule.file}:{conflict.rule.line}
                </span>
              </p>
            )}
            <Hits hits={conflict.hits} />
            {conflict.accepted && <Acceptance acceptance={conflict.accepted} />}
            {conflict.exempt && (
              <p className={classes.accepted}>
                <Icon name="lock" size={14} /> {RECORD.exempt}{' '}
                <span className="mono">{conflict.exempt.number}</span>, until{' '}
                <Time at={conflict.exempt.until} show="full" />
              </p>
            )}
            {acceptable && conflict.state === 'open' && conflict.id && (
              <div className={classes.ways}>
                <AcceptConflict conflict={conflict} onAccept={() => setAccepting(conflict)} />
                {conflict.severity === 'blocking' && !conflict.exempt && (
                  <AskButton conflict={conflict} onAsk={() => setAsking(wantedOf(conflict))} />
                )}
              </div>
            )}
          </li>
        ))}
      </ul>
      {asking && <AskException wanted={asking} onClose={() => setAsking(undefined)} />}
      {accepting && <AcceptDialog conflict={accepting} onClose={() => setAccepting(undefined)} />}
    </>
  );
}

function AskButton({ conflict, onAsk }: { conflict: Conflict; onAsk: () => void }) {
  const offer = useAskOffer(conflict.subject?.id.startsWith('rel_') ? 'release' : 'change', onAsk);
  const name = `${RECORD.exceptionAsk}: ${conflict.with.name}`;
  return <ActionButton size="compact-sm" item={offer} name={name} />;
}

/** Both directions of a dependency are one rule. */
function wantedOf(conflict: Conflict): Wanted {
  const rule = conflict.kind.endsWith('stream_ci') ? 'dependency' : conflict.kind;
  return { rule, subject: conflict.subject?.id ?? '', with: conflict.with };
}

/** The sentence without the path in it: it is drawn below. */
function withoutPath({ detail, hits }: Conflict): string {
  return hits.length > 0 ? detail.replace(/ \([^()]*→[^()]*\)/, '') : detail;
}

function ConflictHead({ conflict, of }: { conflict: Conflict; of?: string }) {
  const { subject, state, severity } = conflict;
  const over = state === 'resolved' ? 'faint' : undefined;
  return (
    <div className={classes.head}>
      <StatePill word={severity} tone={state === 'open' ? undefined : 'faint'} />
      <strong>{wordOf(conflict.kind)}</strong>
      <span>
        {of && subject && subject.id !== of && (
          <>
            {RECORD.conflictOf} <RefLink record={subject} />{' '}
          </>
        )}
        {RECORD.conflictWith} <RefLink record={conflict.with} />
      </span>
      {state !== 'open' && <StatePill word={state} tone={over} />}
      <span className={classes.overlap}>
        <WindowTime window={conflict.overlap} />
      </span>
    </div>
  );
}

function Hits({ hits }: { hits: Conflict['hits'] }) {
  const [all, setAll] = useState(false);
  if (hits.length === 0) return null;
  const shown = all ? hits : hits.slice(0, HITS_SHOWN);
  return (
    <div>
      <ul className={classes.hits}>
        {shown.map((hit) => (
          <li key={hit.ci.id + hit.path}>
            <CiPath path={hit.path || hit.ci.name} />
          </li>
        ))}
      </ul>
      {hits.length > HITS_SHOWN && (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAll(!all)}>
          {all ? RECORD.fewerHits : `${RECORD.moreHits} (${hits.length})`}
        </Button>
      )}
    </div>
  );
}

/** `web-01 → runs on → vm-7`: CIs in boxes, relations between them. */
function CiPath({ path }: { path: string }) {
  const steps = path.split('→').map((step) => step.trim());
  return (
    <span className={classes.path}>
      {steps.map((step, index) =>
        index % 2 === 0 ? (
          <span key={index} className={classes.ci}>
            {step}
          </span>
        ) : (
          <span key={index} className={classes.relation}>
            {step}
            <Icon name="right" size={12} />
          </span>
        ),
      )}
    </span>
  );
}

function Acceptance({ acceptance }: { acceptance: Schema<'Acceptance'> }) {
  return (
    <p className={classes.accepted}>
      <Icon name="check" size={14} /> {RECORD.acceptedBy} {acceptance.by},{' '}
      <Time at={acceptance.at} />: “{acceptance.reason}”
      {acceptance.until && (
        <>
          , until <Time at={acceptance.until} show="full" />
        </>
      )}
    </p>
  );
}

function AcceptDialog({ conflict, onClose }: { conflict: Conflict; onClose: () => void }) {
  const zone = useZone();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const [until, setUntil] = useState('');
  const write = useWrite(onClose);
  const submit = () => {
    if (reason.trim() === '') return setMissing(true);
    write.mutate({
      path: `/conflicts/${conflict.id ?? ''}/accept`,
      body: { reason: reason.trim(), ...(until ? { until: toInstant(until, zone) } : {}) },
    });
  };
  return (
    <Dialog
      title={RECORD.acceptTitle}
      submit={RECORD.accept}
      onClose={onClose}
      onSubmit={submit}
      busy={write.isPending}
      problem={write.error}
    >
      <ConflictHead conflict={conflict} />
      <p className="soft">
        {RECORD.acceptGoes[conflict.kind] ?? RECORD.acceptBoth} {RECORD.acceptLapses}
      </p>
      <Textarea
        data-autofocus
        label={RECORD.acceptReason}
        withAsterisk
        error={missing ? UI.reasonNeeded : undefined}
        autosize
        minRows={3}
        maxLength={4000}
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
          setMissing(false);
        }}
      />
      <TextInput
        type="datetime-local"
        label={`${RECORD.until} (${zone})`}
        description={RECORD.untilHelp}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
    </Dialog>
  );
}
