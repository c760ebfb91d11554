// What is watched in the background of a run: good, bad or no data, and what follows from it.
import { LampMark } from '@/ui/LampMark';
import { Section } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { Time } from '@/ui/Time';
import type { Run, RunTrigger } from '../queries';
import { TRIGGER } from '../texts';
import classes from './run.module.css';

export function Triggers({ run }: { run: Run }) {
  if (run.triggers.length === 0) return null;
  return (
    <Section title={TRIGGER.title} aside={run.watched ? TRIGGER.watched : TRIGGER.over}>
      <ul className={classes.waits}>
        {run.triggers.map((trigger) => (
          <Trigger key={trigger.key} trigger={trigger} />
        ))}
      </ul>
    </Section>
  );
}

const LAMPS = { good: 'clear', bad: 'stop', no_data: 'waiting' } as const;

function Trigger({ trigger }: { trigger: RunTrigger }) {
  const value = trigger.value as keyof typeof LAMPS | null | undefined;
  const then = value === 'bad' ? trigger.on_bad : trigger.on_no_data;
  return (
    <li>
      <p>
        <LampMark state={value ? LAMPS[value] : 'not_needed'} size={16} />{' '}
        <strong>{trigger.key}</strong> {TRIGGER.value[value ?? 'none']}{' '}
        {trigger.since && <Time at={trigger.since} />}
      </p>
      <p className="soft">{trigger.what}</p>
      {trigger.note && value !== 'good' && <Prose text={trigger.note} />}
      {value && value !== 'good' && (
        <p>
          {trigger.fired ? TRIGGER.fired[then] : TRIGGER.fires[then]}{' '}
          {trigger.fires_at && <Time at={trigger.fires_at} />}
        </p>
      )}
    </li>
  );
}
