// The longer window that is asked for while work is under way: what it newly collides with, and the
// decision of someone else.
import { useState } from 'react';
import { span } from '@/lib/dates';
import type { Schema, Window } from '@/lib/schema';
import { useVerb } from '@/lib/verb';
import { verbs } from '../actions';
import { ActionButton } from '../Actions';
import { ReasonDialog } from '../Dialog';
import { Section } from '../Page';
import { say } from '../say';
import { ProblemNote } from '../States';
import { Time } from '../Time';
import { Conflicts } from './Conflicts';
import { LONGER } from './texts';
import classes from './record.module.css';

interface Props {
  record: {
    number: string;
    version: number;
    window?: Window | null;
    extension?: Schema<'Extension'> | null;
    actions: Schema<'Action'>[];
  };
  path: string;
}

/** Nothing as long as none is asked for. */
export function LongerWindow({ record, path }: Props) {
  const [refusing, setRefusing] = useState(false);
  const send = useVerb(path, record.version, (done) => {
    setRefusing(false);
    say(`${record.number}: ${done === 'extension/grant' ? LONGER.granted : LONGER.refused}`);
  });
  const { extension } = record;
  if (!extension) return null;
  const { busy } = send;
  const grant = () => send.run('extension/grant', { end: extension.end });
  const items = verbs(record.actions, {
    grant_extension: { label: LONGER.grant, busy, run: grant },
    refuse_extension: { label: LONGER.refuse, busy, danger: true, run: () => setRefusing(true) },
  });
  const added = record.window ? Date.parse(extension.end) - Date.parse(record.window.end) : 0;
  return (
    <Section title={LONGER.title}>
      {!refusing && <ProblemNote error={send.problem} />}
      <p>
        <strong>
          {LONGER.until} <Time at={extension.end} />
        </strong>{' '}
        ({LONGER.added(span(added))}) · “{extension.reason}”
      </p>
      <p className="soft">
        {LONGER.askedBy} {extension.asked_by?.name ?? '–'}, <Time at={extension.asked_at} />
      </p>
      <Conflicts conflicts={extension.collisions} acceptable={false} none={LONGER.nothing} />
      <div className={classes.decide}>
        {items.map((item) => (
          <ActionButton
            key={item.name}
            offered
            item={item}
            primary={item.name === 'grant_extension'}
          />
        ))}
      </div>
      {refusing && (
        <ReasonDialog
          title={LONGER.refuseTitle}
          submit={LONGER.refuse}
          danger
          required
          busy={busy}
          problem={send.problem}
          onClose={() => {
            send.clear();
            setRefusing(false);
          }}
          onSubmit={(reason) => send.run('extension/refuse', { reason })}
        >
          <p>{LONGER.refuseHelp}</p>
        </ReasonDialog>
      )}
    </Section>
  );
}
