// What was changed lately near an incident, the likely cause first; one click names it as the cause.
import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { useWrite } from '@/lib/write';
import { actionOf } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { say } from '@/ui/say';
import { ErrorState, ProblemNote, RowsSkeleton } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { sentence } from '@/ui/texts';
import { Time } from '@/ui/Time';
import { incidentPath, useNear, type Incident, type NearChange } from '../queries';
import { NEAR } from '../texts';
import classes from './near.module.css';

const HOURS = ['6', '24', '72', '168', '336'];
const SHOWN_FIRST = 5;

export function NearChanges({ incident }: { incident: Incident }) {
  const [hours, setHours] = useState('24');
  const [all, setAll] = useState(false);
  const near = useNear(incident.id, hours);
  const write = useWrite(() => say(NEAR.linked));
  const items = near.data?.items ?? [];
  const shown = all ? items : items.slice(0, SHOWN_FIRST);
  const name = (change: NearChange['change']) =>
    write.mutate({
      method: 'PATCH',
      path: incidentPath(incident.id),
      version: incident.version,
      body: { caused_by: change.id },
    });
  return (
    <Section
      title={NEAR.title}
      aside={
        <Select
          size="xs"
          aria-label={NEAR.within}
          allowDeselect={false}
          data={HOURS.map((each) => ({ value: each, label: NEAR.hours(Number(each)) }))}
          value={hours}
          onChange={(next) => next && setHours(next)}
        />
      }
    >
      <ProblemNote error={write.error} />
      {near.error && <ErrorState error={near.error} />}
      {near.isPending && <RowsSkeleton rows={3} />}
      {near.data && items.length === 0 && <p className="soft">{NEAR.none(near.data.cis)}</p>}
      <ol className={classes.list}>
        {shown.map((item) => (
          <li key={item.change.id}>
            <Near item={item} />
            {incident.caused_by?.id === item.change.id ? (
              <StatePill word="cause" label={NEAR.isCause} tone="info" />
            ) : (
              <ActionButton
                size="compact-sm"
                item={{
                  name: 'cause',
                  allowed: actionOf(incident.actions, 'edit')?.allowed ?? false,
                  refusal: actionOf(incident.actions, 'edit')?.refusal,
                  label: NEAR.link,
                  busy: write.isPending,
                  run: () => name(item.change),
                }}
              />
            )}
          </li>
        ))}
      </ol>
      {items.length > shown.length && (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
          {NEAR.more(items.length - shown.length)}
        </Button>
      )}
      {near.data?.truncated && <p className="soft">{NEAR.truncated}</p>}
    </Section>
  );
}

function Near({ item }: { item: NearChange }) {
  return (
    <div>
      <div className={classes.head}>
        <RefLink record={item.change} />
        {item.release && <RefLink record={item.release} show="number" />}
        {item.outcome && <StatePill word={item.outcome} />}
      </div>
      <p className={classes.why}>{sentence(item.why)}</p>
      <p className="soft">
        <Time at={item.began_at} show="full" />
        {' · '}
        {NEAR.causality[item.causality]?.(item.within_hours) ?? item.causality}
      </p>
    </div>
  );
}
