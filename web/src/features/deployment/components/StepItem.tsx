// A step of a run in words: how it went either way, what came of it, and what can be answered.
import { stepKind } from '@/ui/record/texts';
import { ActionButton } from '@/ui/Actions';
import { Prose } from '@/ui/Prose';
import { RefLink } from '@/ui/RefLink';
import { Time } from '@/ui/Time';
import { lookOf, lookOfState } from '../looks';
import type { CarriedOut, Run, RunLeg, RunStep } from '../queries';
import { STEP } from '../texts';
import { answersTo, type Steer } from '../useSteer';
import { StepOutput } from './StepOutput';
import classes from './run.module.css';

/** A longer output is folded away. */
const NOTE_SHOWN = 240;
/** Of how many attempts the output can be opened. */
const ATTEMPTS_SHOWN = 5;
/** A command may still say something. */
const IN_FLIGHT = ['running', 'uncertain'];

interface Props {
  carried: CarriedOut;
  run: Run;
  step: RunStep;
  steer: Steer;
  chosen: boolean;
}

export function StepItem({ carried, run, step, steer, chosen }: Props) {
  const look = lookOf(step, 18);
  const change = carried.deployment.steps.find((each) => each.change.number === step.change);
  return (
    <li
      id={stepId(step.key)}
      className={classes.step}
      data-chosen={chosen || undefined}
      tabIndex={-1}
    >
      <span className={classes.mark} data-tone={look.tone}>
        {look.mark}
      </span>
      <div className={classes.words}>
        <p className={classes.stepHead}>
          <strong>{step.key}</strong>
          <span>{stepKind(step.kind)}</span>
          {step.change && (change ? <RefLink record={change.change} /> : step.change)}
          {step.needs.length > 0 && (
            <span className="soft">{STEP.after(step.needs.join(', '))}</span>
          )}
        </p>
        {step.text && <Prose text={step.text} />}
        <Leg release={carried.release.id} step={step} leg={step.forward} way="forward" />
        {step.back && <Leg release={carried.release.id} step={step} leg={step.back} way="back" />}
        <p className="soft">
          {STEP.undo[step.undo] ?? step.undo}
          {step.undo_text ? `: ${step.undo_text}` : ''}
        </p>
        <Answers run={run} step={step} steer={steer} />
      </div>
    </li>
  );
}

/** The buttons by which someone answers about a step. */
export function Answers(props: { run: Run; step: RunStep; steer: Steer; size?: string }) {
  const { run, step, steer, size } = props;
  const answers = answersTo(run, step, steer);
  if (answers.length === 0) return null;
  const asked = run.waits.some((wait) => wait.step === step.key);
  return (
    <div className={classes.answers} role="group" aria-label={STEP.answers(step.key)}>
      {answers.map((item, at) => (
        <ActionButton
          key={item.name}
          item={item}
          primary={asked && at === 0}
          size={size ?? (step.forward.state === 'waiting' ? 'compact-sm' : 'sm')}
          name={`${item.label}: ${step.key}`}
        />
      ))}
    </div>
  );
}

interface LegProps {
  /** The id of the release. */
  release: string;
  step: RunStep;
  leg: RunLeg;
  way: 'forward' | 'back';
}

function Leg({ release, step, leg, way }: LegProps) {
  const next = step.kind === 'wait' && way === 'forward' ? STEP.waitOver : STEP.next[leg.state];
  return (
    <div>
      <p className={classes.leg}>
        <span>{lookOfState(leg.state, way).word}</span>
        {leg.at && <Time at={leg.at} />}
        {leg.attempts > 1 && <span className="soft">{STEP.attempt(leg.attempts)}</span>}
        {leg.started_at && leg.started_at !== leg.at && (
          <span className="soft">
            {STEP.began} <Time at={leg.started_at} show="full" />
          </span>
        )}
        {leg.next_at && next && (
          <span className="soft">
            {next} <Time at={leg.next_at} />
          </span>
        )}
      </p>
      {leg.note && <Note text={leg.note} />}
      {step.kind === 'command' &&
        attemptsOf(leg).map((attempt) => (
          <StepOutput
            key={attempt}
            step={step.key}
            job={`${release}:${step.key}:${way}:${attempt}`}
            attempt={attempt}
            runs={attempt === leg.attempts && IN_FLIGHT.includes(leg.state)}
          />
        ))}
    </div>
  );
}

/** The latest attempts, in their order. */
function attemptsOf({ attempts }: RunLeg): number[] {
  const shown = Math.min(attempts, ATTEMPTS_SHOWN);
  return Array.from({ length: shown }, (_, at) => attempts - shown + 1 + at);
}

function Note({ text }: { text: string }) {
  if (text.length <= NOTE_SHOWN) return <Prose text={text} />;
  return (
    <details className={classes.output}>
      <summary>{STEP.output}</summary>
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}

export function stepId(key: string): string {
  return `step-${key}`;
}
