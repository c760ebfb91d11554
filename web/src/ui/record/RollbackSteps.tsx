// What taking a release back would do: what cannot be undone first, then the steps in reverse.
import { minutes } from '@/lib/dates';
import type { Schema } from '@/lib/schema';
import { Icon } from '../icons';
import { Prose } from '../Prose';
import { RefLink } from '../RefLink';
import { Time } from '../Time';
import { RECORD } from './texts';
import classes from './RollbackSteps.module.css';

export function RollbackSteps({ plan, brief }: { plan: Schema<'RollbackPlan'>; brief?: boolean }) {
  return (
    <div className={classes.rollback}>
      <RollbackLimits plan={plan} />
      <p className={classes.sum}>
        <span>
          {plan.steps.length} {plan.steps.length === 1 ? 'step' : 'steps'} back,{' '}
          <strong className="num">{minutes(plan.minutes)}</strong>
        </span>
        {plan.latest_start && (
          <span className="soft">
            fits in the window until <Time at={plan.latest_start} show="full" />
          </span>
        )}
      </p>
      {!brief && (
        <ol className={classes.steps}>
          {plan.steps.map((step) => (
            <li key={step.change.id}>
              <div className={classes.stepHead}>
                <RefLink record={step.change} />
                <span className={classes.minutes}>{minutes(step.minutes)}</span>
              </div>
              <Prose text={step.plan} none={RECORD.missingPlan} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** What is not known, what cannot be undone, and what is known of the services' limits. */
export function RollbackLimits({ plan }: { plan: Schema<'RollbackPlan'> }) {
  return (
    <>
      {plan.steps
        .filter((step) => step.uncertain)
        .map((step) => (
          <p key={step.change.id} className={classes.limit}>
            <Icon name="alert" />
            <span>
              <strong>{RECORD.uncertain}:</strong> <RefLink record={step.change} />
            </span>
          </p>
        ))}
      {plan.cannot_be_undone.map((each) => (
        <p key={each.change.id + each.what} className={classes.never}>
          <Icon name="alert" />
          <span>
            <strong>{RECORD.undoNever}:</strong> {each.what}{' '}
            <RefLink record={each.change} show="number" />
          </span>
        </p>
      ))}
      {plan.known_limits.map((each) => (
        <p key={each.service.id} className={classes.limit}>
          <Icon name="alert" />
          <span>
            <strong>{RECORD.knownLimits(each.service.name)}:</strong> {each.what}
          </span>
        </p>
      ))}
      {plan.missing.map((change) => (
        <p key={change.id} className={classes.never}>
          <Icon name="alert" />
          <span>
            <strong>{RECORD.missingPlan}:</strong> <RefLink record={change} />
          </span>
        </p>
      ))}
    </>
  );
}
