// What the run waits for from people, each with its answers.
import { ActionButton } from '@/ui/Actions';
import { Prose } from '@/ui/Prose';
import type { Run, RunStep, RunWait } from '../queries';
import { RUN, VERB, WAIT } from '../texts';
import { runVerb, type Steer } from '../useSteer';
import { Answers } from './StepItem';
import classes from './run.module.css';

interface Props {
  run: Run;
  steer: Steer;
  size?: string;
}

export function Waits({ run, steer, size }: Props) {
  // The decision has a card of its own.
  const waits = run.waits.filter((wait) => wait.what !== 'decision');
  if (waits.length === 0) return <p className="soft">{RUN.waitsNothing}</p>;
  return (
    <ul className={classes.waits}>
      {waits.map((wait) => {
        const step = run.steps.find((each) => each.key === wait.step);
        return (
          <li key={`${wait.what} ${wait.step} ${wait.way}`}>
            <p>
              {step && <strong>{step.key}</strong>} {waitWord(wait, step)}
            </p>
            {step && instruction(wait, step) && <Prose text={instruction(wait, step)} />}
            {step && <Answers run={run} step={step} steer={steer} size={size} />}
            {wait.what === 'resume' && (
              <div className={classes.answers}>
                <ActionButton
                  primary
                  size={size ?? 'sm'}
                  item={runVerb(run, 'resume', VERB.resume, () => steer.send.run('resume', {}))}
                />
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function waitWord(wait: RunWait, step: RunStep | undefined): string {
  if (wait.what === 'tell') return WAIT.tell;
  if (wait.what === 'mend') return WAIT.mend;
  if (wait.what === 'resume') return WAIT.resume;
  if (step?.kind === 'signoff' && wait.way !== 'back') return WAIT.signoff;
  return WAIT.act[wait.way ?? 'forward'] ?? WAIT.decision;
}

/** What a person is to do, the way that is asked about. */
function instruction(wait: RunWait, step: RunStep): string | null | undefined {
  return wait.way === 'back' ? step.undo_text : step.text;
}
