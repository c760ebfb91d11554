// Status updates of a deployment: when the next one is due, what it would say, those that were given.
import { Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Action, Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { ActionButton } from '../Actions';
import { Icon } from '../icons';
import { Section } from '../Page';
import { Prose } from '../Prose';
import { ProblemNote } from '../States';
import { Time } from '../Time';
import { UPDATE } from './texts';
import classes from './record.module.css';

interface Props {
  updates: Schema<'Updates'>;
  /** `/deployments/REL-17` */
  path: string;
  /** The action that gives one. */
  may: Action | undefined;
}

export function StatusUpdates({ updates, path, may }: Props) {
  const { plan, due_at: due, owner, sent } = updates;
  return (
    <Section title={UPDATE.title}>
      {plan ? (
        <p>{UPDATE.plan(plan.every_minutes, plan.place, plan.audience)}</p>
      ) : (
        <p className="soft">{UPDATE.none}</p>
      )}
      {due && (
        <p role="status" className={updates.overdue ? classes.overdue : undefined}>
          {updates.overdue && <Icon name="alert" size={14} />}{' '}
          {updates.overdue ? UPDATE.overdue(owner?.name) : UPDATE.due} <Time at={due} />
        </p>
      )}
      {may?.allowed && (
        // What is typed belongs to the draft that it began with.
        <NewUpdate key={sent.length} draft={updates.draft} path={path} may={may} />
      )}
      <ol className={classes.links} aria-label={UPDATE.given}>
        {sent.map((each) => (
          <li key={each.at}>
            <div>
              <Time at={each.at} /> <span className="soft">{each.by}</span>
              <Prose text={each.text} />
            </div>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function NewUpdate({ draft, path, may }: { draft: string; path: string; may: Action }) {
  const [text, setText] = useState<string>();
  const write = useWrite();
  const says = text ?? draft;
  const send = () => write.mutate({ path: `${path}/updates`, body: { text: says } });
  return (
    <div>
      <ProblemNote error={write.error} />
      <Textarea
        label={UPDATE.next}
        autosize
        minRows={2}
        maxLength={4000}
        value={says}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <ActionButton
        offered
        item={{ ...may, label: UPDATE.send, run: send, busy: write.isPending }}
        size="sm"
      />
    </div>
  );
}
