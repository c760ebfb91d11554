// Deciding a rollback: what stands and why first, then what would be taken back, then the reason.
import { stepKind } from '@/ui/record/texts';
import { Checkbox, Radio } from '@mantine/core';
import { useState } from 'react';
import { minutes } from '@/lib/dates';
import type { Schema } from '@/lib/schema';
import { ReasonDialog } from '@/ui/Dialog';
import { RollbackLimits } from '@/ui/record/RollbackSteps';
import { sentence } from '@/ui/texts';
import type { CarriedOut, Run } from '../queries';
import { ASK, BACK } from '../texts';
import type { Steer } from '../useSteer';
import { changesOf, isReached, wouldTakeBack } from '../wayBack';
import classes from './run.module.css';

interface Props {
  carried: CarriedOut;
  run: Run;
  steer: Steer;
  onClose: () => void;
}

export function RollbackDialog({ carried, run, steer, onClose }: Props) {
  const number = carried.release.number ?? carried.release.id;
  const reached = changesOf(run.steps.filter(isReached));
  const [how, setHow] = useState('whole');
  const [chosen, setChosen] = useState<string[]>([]);
  const [asFar, setAsFar] = useState(false);
  const changes = how === 'part' ? chosen : undefined;
  const barred = wouldTakeBack(run, { changes }).barredBy;
  const would = wouldTakeBack(run, { changes, asFarAsPossible: asFar && !changes });
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
        <Stands stands={would.stands} />
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
        {would.dragged.length > 0 && <p role="status">{BACK.drags(would.dragged.join(', '))}</p>}
        {barred && !changes && (
          <div>
            <p>{BACK.barred(barred.key)}</p>
            <Checkbox
              label={BACK.asFar}
              checked={asFar}
              onChange={(event) => setAsFar(event.currentTarget.checked)}
              mt={8}
            />
          </div>
        )}
        {would.steps.length > 0 ? (
          <div>
            <p>{BACK.wouldTake(would.steps.length)}</p>
            <ol className={classes.would}>
              {would.steps.map((step) => (
                <li key={step.key}>
                  <strong>{step.key}</strong> {stepKind(step.kind)} {step.change}
                </li>
              ))}
            </ol>
            {!changes && <p>{BACK.minutes(minutes(run.minutes_back))}</p>}
          </div>
        ) : (
          how === 'whole' && <p>{BACK.nothing}</p>
        )}
      </div>
    </ReasonDialog>
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
