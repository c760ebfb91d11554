// Forward down, rollback up: each change with what is done and how it is taken back.
import { minutes } from '@/lib/dates';
import { actionOf } from '@/ui/actions';
import { Icon } from '@/ui/icons';
import { Section, Stack } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { Rehearsals } from '@/ui/record/Rehearsals';
import { RollbackSteps } from '@/ui/record/RollbackSteps';
import { RefLink } from '@/ui/RefLink';
import { EmptyState } from '@/ui/States';
import { releasePath, type Release } from '../queries';
import { FIELD, PLAN } from '../texts';
import { PlanFile } from './PlanFile';
import { UpdatePlan } from './UpdatePlan';
import classes from './plan.module.css';

export function PlanTab({ release }: { release: Release }) {
  const texts: [string, string][] = [
    [FIELD.rollout, release.rollout],
    [FIELD.contingency, release.contingency],
    [FIELD.rollbackNote, release.rollback_note],
    [FIELD.resources, release.resources],
  ];
  return (
    <Stack>
      <Section title={PLAN.title} flush>
        {release.changes.length === 0 ? (
          <EmptyState icon="undo" title="Nothing to deploy yet">
            <p>{PLAN.empty}</p>
          </EmptyState>
        ) : (
          <TwoWays release={release} />
        )}
      </Section>
      <PlanFile release={release} />
      <Rehearsals
        rehearsals={release.rehearsals}
        path={releasePath(release.number)}
        may={actionOf(release.actions, 'rehearse')}
      />
      <UpdatePlan release={release} />
      <div className={classes.texts}>
        {texts.map(([title, text]) => (
          <Section key={title} title={title}>
            <Prose text={text} />
          </Section>
        ))}
      </div>
    </Stack>
  );
}

function TwoWays({ release }: { release: Release }) {
  const plan = release.rollback_plan;
  const back = new Map(plan.steps.map((step) => [step.change.id, step]));
  const last = release.changes.length;
  return (
    <>
      <div className={classes.summary}>
        <RollbackSteps plan={plan} brief />
      </div>
      <div className={classes.ways} role="table" aria-label={PLAN.title}>
        <div role="row" className={classes.way} data-head>
          <span role="columnheader">
            <Icon name="down" size={14} /> {PLAN.forward}{' '}
            <span className="soft">{PLAN.forwardHelp}</span>
          </span>
          <span role="columnheader">
            <Icon name="up" size={14} /> {PLAN.back} <span className="soft">{PLAN.backHelp}</span>
          </span>
        </div>
        {release.changes.map((change, at) => {
          const step = back.get(change.id);
          return (
            <div role="row" key={change.id} className={classes.way}>
              <div role="cell" className={classes.cell}>
                <span className={classes.place}>{at + 1}</span>
                <div>
                  <RefLink record={{ id: change.id, number: change.number, name: change.title }} />
                  {change.implementer && <p className="soft">{change.implementer.name}</p>}
                </div>
              </div>
              <div role="cell" className={classes.cell}>
                <span className={classes.place} data-back>
                  {last - at}
                </span>
                <div className={classes.backWords}>
                  <Prose text={step?.plan} none={PLAN.rollbackMissing} />
                </div>
                {step && <span className={classes.minutes}>{minutes(step.minutes)}</span>}
              </div>
            </div>
          );
        })}
      </div>
    </>
  );
}
