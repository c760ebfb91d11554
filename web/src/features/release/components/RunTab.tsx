// The deployment by hand: each change reported done or failed, the clock against the window, and
// the way back always in the same place.
import { Button } from '@mantine/core';
import { paths } from '@/app/paths';
import type { Schema } from '@/lib/schema';
import { actionOf, type ActionItem } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { Icon } from '@/ui/icons';
import { Columns, Section } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { freshness } from '@/ui/record/Rehearsals';
import { RollbackSteps } from '@/ui/record/RollbackSteps';
import { StatusUpdates } from '@/ui/record/StatusUpdates';
import { deploymentPath, useCarriedOut } from '@/ui/record/useCarriedOut';
import { WindowClock } from '@/ui/record/WindowClock';
import { EmptyState } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { Time } from '@/ui/Time';
import { Link } from '@/ui/Link';
import { releasePath, type Release } from '../queries';
import { takenBack } from '../takenBack';
import { RUN, TAB } from '../texts';
import { RunSteps } from './RunSteps';
import classes from './run.module.css';

type Deployment = Schema<'Deployment'>;

const ROLLBACK: Record<string, string> = {
  rolled_back: RUN.rollbackDone,
  rollback_failed: RUN.rollbackGivenUp,
};

export function RunTab({ release, actions }: { release: Release; actions: ActionItem[] }) {
  const { deployment } = release;
  const carried = useCarriedOut(release.number, { begun: Boolean(deployment) }).data;
  const run = carried?.run;
  const find = (name: string) => actions.find((item) => item.name === name);
  if (!deployment) {
    const deploy = find('deploy');
    return (
      <Section title={TAB.run} flush>
        <EmptyState icon="deployments" title={RUN.notYetTitle}>
          <p>{RUN.notYet}</p>
          {deploy && release.phase === 'approval' && (
            <p>
              <ActionButton item={deploy} primary />
            </p>
          )}
        </EmptyState>
      </Section>
    );
  }
  const path = releasePath(release.number);
  // What a run carries out is reported to the run.
  const may = (name: string) => !run && mayDo(release, name);
  const rollback = deployment.rollback;
  return (
    <Columns
      main={
        <>
          {run && (
            <Section title={RUN.byItself} aside={<StatePill word={run.phase} />}>
              <p className="soft">{RUN.byItselfHelp}</p>
              <div className={classes.next}>
                <Button component={Link} to={paths.deployment(release.number)} size="md">
                  {RUN.openRun}
                </Button>
              </div>
            </Section>
          )}
          {rollback && (
            <Section
              title={ROLLBACK[deployment.state] ?? RUN.rollbackRunning}
              aside={
                <>
                  {RUN.decidedBy(rollback.decided_by)}, <Time at={rollback.decided_at} />
                </>
              }
            >
              <Prose text={rollback.reason} />
              {rollback.given_up && <Prose text={`${RUN.standsStill} ${rollback.given_up}`} />}
              <RunSteps
                steps={rollback.steps}
                path={`${path}/rollback/steps`}
                over={deployment.state !== 'rolling_back'}
                open={deployment.state === 'rolling_back' && may('step_back')}
                plan={release.rollback_plan}
                doneWord={RUN.backDone}
                back
              />
              {deployment.state === 'rolling_back' && find('give_up')?.allowed && (
                <RollbackButton item={find('give_up')} />
              )}
            </Section>
          )}
          <Section title={RUN.steps} aside={<StatePill word={deployment.state} />}>
            <p className="soft">
              {RUN.startedBy(deployment.started_by)}, <Time at={deployment.started_at} />
            </p>
            <RunSteps
              steps={deployment.steps}
              path={`${path}/deployment/steps`}
              over={deployment.state !== 'running'}
              open={deployment.state === 'running' && may('step')}
              doneWord={RUN.done}
            />
          </Section>
        </>
      }
      side={
        <>
          <Section title={RUN.clock}>
            <WindowClock window={release.window} over={overAt(deployment)} />
            {deployment.state !== 'rolling_back' && (
              <NextVerb items={[find('verify'), find('close')]} release={release} />
            )}
          </Section>
          {carried && !run && (
            <StatusUpdates
              updates={carried.updates}
              path={deploymentPath(release.number)}
              may={actionOf(release.actions, 'send_update')}
            />
          )}
          {!isBehind(release) && (
            <Section title={RUN.rollbackTitle}>
              <p>{freshness(release.rehearsals.days)}</p>
              <RollbackSteps plan={release.rollback_plan} brief />
              {!rollback && <RollbackButton item={find('rollback')} />}
              <div className={classes.next}>
                <Button
                  component={Link}
                  to={paths.wayBack(release.number)}
                  variant="default"
                  size="md"
                  leftSection={<Icon name="undo" />}
                >
                  {RUN.openBack}
                </Button>
              </div>
            </Section>
          )}
        </>
      }
    />
  );
}

/** Taken back already or closed: what a way back would take is no advice any more. */
function isBehind({ phase, deployment }: Release): boolean {
  const { state } = deployment ?? {};
  const turned = takenBack(state) && state !== 'rolling_back';
  return turned || phase === 'closed' || phase === 'cancelled';
}

/** When the clock stopped: at the end of the deployment, or with the last step taken back. */
function overAt(deployment: Deployment): string | undefined {
  if (deployment.state === 'running' || deployment.state === 'rolling_back') return undefined;
  const steps = deployment.rollback?.steps ?? [];
  const last = steps
    .map((step) => step.at ?? '')
    .sort()
    .at(-1);
  return last || (deployment.finished_at ?? undefined);
}

/** Reports are not buttons of the page's head, so they are asked of the record itself. */
function mayDo(release: Release, name: string): boolean {
  return release.actions.some((action) => action.name === name && action.allowed);
}

function NextVerb(props: { items: (ActionItem | undefined)[]; release: Release }) {
  const { release } = props;
  const [verify, close] = props.items;
  const item = release.phase === 'review' ? close : verify;
  const now = ['deployment', 'verification', 'review'].includes(release.phase);
  if (!item || !now) return null;
  return (
    <div className={classes.next}>
      <ActionButton item={item} />
      {release.phase === 'review' && release.review && (
        <Link to={paths.review(release.review.number ?? release.review.id)}>
          {release.review.number ?? TAB.review}
        </Link>
      )}
    </div>
  );
}

function RollbackButton({ item }: { item: ActionItem | undefined }) {
  if (!item) return null;
  return (
    <div className={classes.next}>
      <ActionButton item={{ ...item, danger: true }} primary />
    </div>
  );
}
