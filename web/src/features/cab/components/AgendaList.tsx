// The agenda: what comes when, how it went; put in order before the cut-off.
import { ActionIcon, Button } from '@mantine/core';
import { useState } from 'react';
import { minutes } from '@/lib/dates';
import { useVerb } from '@/lib/verb';
import { ReasonDialog } from '@/ui/Dialog';
import { Icon } from '@/ui/icons';
import { StatePill, Tier } from '@/ui/StatePill';
import { meetingPath, type Item, type Meeting } from '../queries';
import { MEETING } from '../texts';
import classes from './cab.module.css';

interface Props {
  meeting: Meeting;
  chosen: Item;
  onChoose: (index: number) => void;
}

export function AgendaList({ meeting, chosen, onChoose }: Props) {
  const [off, setOff] = useState<Item>();
  const verb = useVerb(meetingPath(meeting.number), meeting.version, () => setOff(undefined));
  const allowed = (name: string) =>
    meeting.actions.some((action) => action.name === name && action.allowed);
  const names = meeting.agenda.map((item) => item.subject.number ?? item.subject.id);
  const move = (index: number, by: number) => {
    const order = [...names];
    const [moved] = order.splice(index, 1);
    if (moved) order.splice(index + by, 0, moved);
    verb.run('arrange', { order });
  };
  return (
    <nav className={classes.agenda} aria-label={MEETING.agenda}>
      <ol>
        {meeting.agenda.map((item, index) => (
          <li key={item.subject.id} data-table={item.subject.id === meeting.current || undefined}>
            <button
              type="button"
              className={classes.item}
              aria-current={item === chosen ? 'true' : undefined}
              onClick={() => onChoose(index)}
            >
              <span className={classes.top}>
                <span className={classes.number}>{item.subject.number}</span>
                <Tier tier={item.tier} />
                <span className={classes.right}>{minutes(item.minutes)}</span>
              </span>
              <span className={classes.name}>{item.subject.name}</span>
              <span className={classes.top}>
                {item.subject.id === meeting.current && (
                  <StatePill word="running" label={MEETING.onTable} />
                )}
                {item.decision && (item.opened_at || item.decision === 'withdrawn') && (
                  <StatePill word={item.decision} />
                )}
                {item.by_hand && <span>{MEETING.byHand}</span>}
              </span>
            </button>
            <span className={classes.order}>
              {allowed('arrange') && (
                <>
                  <Step
                    name={item}
                    label={MEETING.up}
                    icon="up"
                    off={index === 0 || verb.busy}
                    run={() => move(index, -1)}
                  />
                  <Step
                    name={item}
                    label={MEETING.down}
                    icon="down"
                    off={index === names.length - 1 || verb.busy}
                    run={() => move(index, 1)}
                  />
                </>
              )}
              {allowed('next') && item.subject.id !== meeting.current && (
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => verb.run('next', { subject: names[index] }, false)}
                >
                  {MEETING.choose}
                </Button>
              )}
              {allowed('defer') && (
                <Button size="compact-xs" variant="default" onClick={() => setOff(item)}>
                  {MEETING.defer}
                </Button>
              )}
            </span>
          </li>
        ))}
      </ol>
      {meeting.deferred.length > 0 && (
        <div className={classes.deferred}>
          <h2>{MEETING.deferred}</h2>
          {meeting.deferred.map((deferral) => (
            <p key={deferral.subject.id}>
              <span className={classes.number}>{deferral.subject.number}</span> {deferral.reason}
            </p>
          ))}
        </div>
      )}
      {off && (
        <ReasonDialog
          title={`${MEETING.deferTitle}: ${off.subject.number ?? ''} ${off.subject.name}`}
          submit={MEETING.defer}
          required
          busy={verb.busy}
          problem={verb.problem}
          onClose={() => setOff(undefined)}
          onSubmit={(reason) => verb.run('defer', { subject: off.subject.number, reason }, false)}
        >
          <p>{MEETING.deferHelp}</p>
        </ReasonDialog>
      )}
    </nav>
  );
}

interface StepProps {
  name: Item;
  label: string;
  icon: 'up' | 'down';
  off: boolean;
  run: () => void;
}

function Step({ name, label, icon, off, run }: StepProps) {
  return (
    <ActionIcon
      size={26}
      variant="default"
      disabled={off}
      aria-label={`${label}: ${name.subject.number ?? name.subject.name}`}
      onClick={run}
    >
      <Icon name={icon} size={14} />
    </ActionIcon>
  );
}
