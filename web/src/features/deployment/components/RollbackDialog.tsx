// Deciding a rollback: what stands and why first, then what would be taken back, then the reason.
import { stepKind } from '@/ui/record/texts';
import { Checkbox, Radio } from '@mantine/core';
import { useState } from 'react';
import { minutes } from '@/lib/dates';
import type { Schema } from '@/lib/schema';
import { ReasonDialog } from '@/ui/Dialog';
import { RollbackLimits } from '@/ui/record/RollbackSteps';
import { sentence } from '@/ui/texts';
import { useWayBack, type CarriedOut, type Run } from '../queries';
import { ASK, BACK } from '../texts';
import type { Steer } from '../useSteer';
import classes from './run.module.css';

interface Props {
  carried: CarriedOut;
  run: Run;
  steer: Steer;
  onClose: () => void;
}

export function RollbackDialog({ carried, run, steer, onClose }: Props) {
  const number = carried.release.number ?? carried.release.id;
  const begun = run.steps.filter((step) => step.forward.attempts > 0);
  const reached = [...new Set(begun.flatMap((step) => step.change ?? []))];
  const [how, setHow] = useState('whole');
  const [chosen, setChosen] = useState<string[]>([]);
  const [asFar, setAsFar] = useState(false);
  const changes = how === 'part' ? chosen : undefined;
  const scope = changes ? { changes } : { as_far_as_possible: asFar };
  const would = useWayBack(number, scope).data;
  // Of a part it is the part that is chosen otherwise.
  const isBarred = asFar || would?.refusal?.code === 'deployment.point_of_no_return';
  return (
    <ReasonDialog
      title={ASK.rollbackTitle(number)}
      submit={ASK.rollbackSubmit}
      label={ASK.rollbackLabel}
      required
      danger
      busy={steer.send.busy}
      problem={steer.send.problem}
      onClose={onClose}
      onSubmit={(reason) => {
        // Of the whole it is the answer to the decision, where one is asked for.
        if (run.decision && !changes) {
          return steer.send.run(
            'decide',
            { choice: 'rollback', reason } satisfies Schema<'DecideRun'>,
            false,
          );
        }
        const far = asFar && !changes;
        const body: Partial<Schema<'RollBackRun'>> = { reason, changes, as_far_as_possible: far };
        return steer.send.run('rollback', body);
      }}
    >
      <div className={classes.ask}>
        <RollbackLimits plan={carried.rollback_plan} />
        <Stands stands={would?.stands ?? []} />
        {reached.length > 1 && (
          <Radio.Group label={BACK.how} value={how} onChange={setHow}>
            <Radio value="whole" label={BACK.whole} mt={8} />
            <Radio value="part" label={BACK.part} mt={8} />
          </Radio.Group>
        )}
        {how === 'part' && (
          <Checkbox.Group label={BACK.which} value={chosen} onChange={setChosen}>
            {reached.map((change) => (
              <Checkbox key={change} value={change} label={nameOf(carried, change)} mt={8} />
            ))}
          </Checkbox.Group>
        )}
        {would && <Would would={would} run={run} />}
        {isBarred && !changes && (
          <Checkbox
            label={BACK.asFar}
            checked={asFar}
            onChange={(event) => setAsFar(event.currentTarget.checked)}
          />
        )}
      </div>
    </ReasonDialog>
  );
}

/** What goes with it, what would be taken back and how long that takes, or why it cannot be. */
function Would({ would, run }: { would: Run['way_back']; run: Run }) {
  const steps = would.steps.flatMap((key) => run.steps.find((step) => step.key === key) ?? []);
  return (
    <div aria-live="polite">
      {would.dragged.length > 0 && <p>{BACK.drags(would.dragged.join(', '))}</p>}
      {would.refusal && <p>{sentence(would.refusal.detail)}</p>}
      {steps.length > 0 && (
        <>
          <p>{BACK.wouldTake(steps.length)}</p>
          <ol className={classes.would}>
            {steps.map((step) => (
              <li key={step.key}>
                <strong>{step.key}</strong> {stepKind(step.kind)} {step.change}
              </li>
            ))}
          </ol>
          <p>{BACK.minutes(minutes(would.minutes))}</p>
        </>
      )}
    </div>
  );
}

/** What was reached and cannot be taken back. */
export function Stands({ stands }: { stands: Run['stands'] }) {
  if (stands.length === 0) return null;
  return (
    <div className={classes.stands}>
      <p>{BACK.stands}</p>
      <ul>
        {stands.map((each) => (
          <li key={each.step}>
            <strong>{each.step}</strong>: {sentence(each.why)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function nameOf(carried: CarriedOut, number: string): string {
  const step = carried.deployment.steps.find((each) => each.change.number === number);
  return step ? `${number} ${step.change.name}` : number;
}
