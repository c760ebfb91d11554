// Steps of a deployment or a rollback: the first open one large, with its two answers.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { ReasonDialog } from '@/ui/Dialog';
import { LampMark } from '@/ui/LampMark';
import { Prose } from '@/ui/Prose';
import { RefLink } from '@/ui/RefLink';
import { ProblemNote } from '@/ui/States';
import { Time } from '@/ui/Time';
import { RUN } from '../texts';
import classes from './run.module.css';

type Step = Schema<'DeploymentStep'>;

interface Props {
  steps: Step[];
  /** Where a report goes: `…/deployment/steps`. */
  path: string;
  open: boolean;
  /** Once it is over, a step that still waits was never reached. */
  over: boolean;
  /** How each change is taken back, shown on the checklist of a rollback. */
  plan?: Schema<'RollbackPlan'>;
  doneWord: string;
  /** The steps are those of the way back. */
  back?: boolean;
}

const REPORTED: Record<string, string> = { failed: RUN.failed, not_begun: RUN.wasNotBegun };

export function RunSteps({ steps, path, open, over, plan, doneWord, back = false }: Props) {
  const [failing, setFailing] = useState<Step>();
  const write = useWrite(() => setFailing(undefined));
  const report = (step: Step, body: Schema<'StepReport'>) =>
    write.mutate({ path: `${path}/${step.change.number ?? step.change.id}`, body });
  const current = open ? steps.find((step) => step.state === 'waiting') : undefined;
  return (
    <>
      {!failing && <ProblemNote error={write.error} />}
      <ol className={classes.steps}>
        {steps.map((step) => (
          <li key={step.change.id} data-now={step === current || undefined}>
            <LampMark state={lampOf(step, over)} size={step === current ? 20 : 16} />
            <div className={classes.stepWords}>
              <span className={classes.stepTitle}>
                <RefLink record={step.change} />
              </span>
              <Unreported step={step} over={over} back={back} />
              {step.at && (
                <span className="soft">
                  {REPORTED[step.state] ?? doneWord}, {step.by}, <Time at={step.at} />
                </span>
              )}
              {step.note && <Prose text={step.note} />}
              {step === current && (
                <>
                  <PlanOf change={step.change.id} plan={plan} />
                  <div className={classes.answers}>
                    <Button
                      loading={write.isPending}
                      onClick={() => report(step, { result: 'done' })}
                    >
                      {doneWord}
                    </Button>
                    {back && step.uncertain && (
                      <Button
                        variant="default"
                        disabled={write.isPending}
                        onClick={() => report(step, { result: 'not_begun' })}
                      >
                        {RUN.notBegun}
                      </Button>
                    )}
                    <Button variant="default" onClick={() => setFailing(step)}>
                      {RUN.failed}
                    </Button>
                  </div>
                </>
              )}
            </div>
          </li>
        ))}
      </ol>
      {failing && (
        <ReasonDialog
          title={`${RUN.failedTitle}: ${failing.change.name}`}
          label={RUN.failedNote}
          submit={RUN.failed}
          required
          danger
          busy={write.isPending}
          problem={write.error}
          onClose={() => {
            write.reset();
            setFailing(undefined);
          }}
          onSubmit={(note) => report(failing, { result: 'failed', note })}
        />
      )}
    </>
  );
}

function PlanOf({ change, plan }: { change: string; plan?: Schema<'RollbackPlan'> }) {
  const step = plan?.steps.find((each) => each.change.id === change);
  return step ? <Prose text={step.plan} /> : null;
}

/** What is known of a step that nobody reported. */
function Unreported({ step, over, back }: { step: Step; over: boolean; back: boolean }) {
  if (step.state !== 'waiting') return null;
  if (step.uncertain && (over || back)) {
    return <strong>{back ? RUN.checkFirst : RUN.uncertain}</strong>;
  }
  return over ? <span className="soft">{back ? RUN.notTakenBack : RUN.notReached}</span> : null;
}

function lampOf(step: Step, over: boolean): Schema<'LampState'> {
  if (step.state === 'done') return 'clear';
  if (step.state === 'failed') return 'stop';
  if (step.state === 'not_begun') return 'not_needed';
  return over ? 'not_needed' : 'waiting';
}
