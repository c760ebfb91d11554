// The way back of a run: the one decision or the one thing to do now, then the checklist.
import { ActionButton } from '@/ui/Actions';
import { ProblemNote } from '@/ui/States';
import { checklistOf } from '../checklist';
import type { CarriedOut, Run } from '../queries';
import { NIGHT, RUN } from '../texts';
import { wayBackVerbs, steering, useSteer } from '../useSteer';
import { CheckItems } from './CheckItems';
import { DecisionCard } from './DecisionCard';
import { RunDialogs } from './RunDialogs';
import { Waits } from './Waits';
import classes from './night.module.css';

interface Props {
  carried: CarriedOut;
  run: Run;
}

export function OfRun({ carried, run }: Props) {
  const steer = useSteer(carried.release.number ?? carried.release.id);
  const { decided, items } = checklistOf(carried);
  const asks = run.waits.some((wait) => wait.what !== 'decision');
  const { rollback, giveUp } = wayBackVerbs(run, steer);
  const hold = steering(run, steer).find((item) => item.name === 'pause');
  return (
    <>
      {!steer.asking && <ProblemNote error={steer.send.problem} />}
      {run.decision && (
        <div className={classes.decide}>
          <DecisionCard run={run} steer={steer} large />
        </div>
      )}
      {!run.decision && !decided && (
        <section className={`${classes.part} ${classes.decide}`} aria-label={NIGHT.decide}>
          <h2>{NIGHT.decide}</h2>
          <div className={classes.buttons}>
            <ActionButton primary size="xl" item={rollback} />
            {hold && <ActionButton size="xl" item={{ ...hold, label: NIGHT.hold }} />}
          </div>
          {hold && <p className="soft">{NIGHT.holdHelp}</p>}
        </section>
      )}
      {asks && (
        <section className={classes.part} aria-label={NIGHT.doNow}>
          <h2>{NIGHT.doNow}</h2>
          <Waits run={run} steer={steer} size="xl" />
          {giveUp.allowed && (
            <div className={classes.buttons}>
              <ActionButton size="xl" item={giveUp} />
            </div>
          )}
        </section>
      )}
      <section className={classes.part} aria-label={NIGHT.checklist}>
        <h2>{decided ? NIGHT.checklist : NIGHT.checklistWould}</h2>
        {items.length === 0 && <p>{NIGHT.checklistNone}</p>}
        <CheckItems items={items} />
        {run.ending && <p>{RUN.ending(run.ending)}</p>}
      </section>
      <RunDialogs carried={carried} run={run} steer={steer} />
    </>
  );
}
