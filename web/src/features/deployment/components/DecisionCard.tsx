// The one decision: why it is asked for, who decides, until when, and what happens otherwise.
import { useNow } from '@/ui/Time';
import { ActionButton } from '@/ui/Actions';
import { Icon } from '@/ui/icons';
import { sentence } from '@/ui/texts';
import { useZone } from '@/lib/session';
import { clock, zoneShort } from '@/lib/dates';
import type { Run } from '../queries';
import { DECISION, VERB } from '../texts';
import { runVerb, wayBackVerbs, type Steer } from '../useSteer';
import classes from './run.module.css';

interface Props {
  run: Run;
  steer: Steer;
  /** In the size of the page for three in the morning. */
  large?: boolean;
}

export function DecisionCard({ run, steer, large }: Props) {
  const now = useNow(1_000);
  const zone = useZone();
  const { decision } = run;
  if (!decision) return null;
  const left = Date.parse(decision.until) - now.getTime();
  const size = large ? 'xl' : 'md';
  return (
    <section
      className={classes.decision}
      aria-label={DECISION.title}
      data-large={large || undefined}
    >
      <h2>
        <Icon name="alert" /> {DECISION.title}
      </h2>
      <p role="status" className="visually-hidden">
        {DECISION.asked}
      </p>
      <ul>
        {decision.why.map((why) => (
          <li key={why}>{sentence(why)}</li>
        ))}
      </ul>
      <p>
        {decision.owner ? DECISION.owner(decision.owner.name) : DECISION.nobody}{' '}
        {DECISION.default[decision.default]}{' '}
        <time dateTime={decision.until}>
          {clock(decision.until, zone)} {zoneShort(decision.until, zone)}
        </time>
        .
      </p>
      <p className={classes.countdown} role="timer">
        {left > 0 ? `${countdown(left)} ${DECISION.left}` : DECISION.over}
      </p>
      <div className={classes.answers}>
        <ActionButton primary size={size} item={wayBackVerbs(run, steer).rollback} />
        <ActionButton
          size={size}
          item={runVerb(run, 'decide', VERB.continue, () => steer.ask({ verb: 'continue' }))}
        />
      </div>
    </section>
  );
}

/** `4:09`, `1:02:30` */
function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, at) => (at === 0 ? part : String(part).padStart(2, '0'))).join(':');
}
