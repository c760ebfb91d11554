// A run, live: what it waits for, the clock against the window, its steps as a graph and in words,
// and the way back always in the same place.
import { stepKind } from '@/ui/record/texts';
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { paths } from '@/app/paths';
import { useGo, useParam } from '@/lib/address';
import { useKeys } from '@/lib/keys';
import { usePolling } from '@/lib/live';
import { actionOf } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { Icon } from '@/ui/icons';
import { Link } from '@/ui/Link';
import { Columns, Page, Section } from '@/ui/Page';
import { freshness } from '@/ui/record/Rehearsals';
import { RollbackLimits } from '@/ui/record/RollbackSteps';
import { StatusUpdates } from '@/ui/record/StatusUpdates';
import { StepGraph } from '@/ui/record/StepGraph';
import { deploymentPath, useCarriedOut } from '@/ui/record/useCarriedOut';
import { ErrorState, ProblemNote, RecordSkeleton } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { sentence } from '@/ui/texts';
import { Time, WindowTime } from '@/ui/Time';
import { DecisionCard } from '../components/DecisionCard';
import { Stands } from '../components/RollbackDialog';
import { RunDialogs } from '../components/RunDialogs';
import { RunFigures } from '../components/RunFigures';
import { StepItem, stepId } from '../components/StepItem';
import { Triggers } from '../components/Triggers';
import { Waits } from '../components/Waits';
import classes from '../components/run.module.css';
import { legNow, lookOf } from '../looks';
import { useRelease, type CarriedOut, type Release, type Run } from '../queries';
import { DEPLOYMENT, RUN } from '../texts';
import { wayBackVerbs, steering, useSteer } from '../useSteer';

/** How often it is asked for while the line is cut. */
const POLL_MS = 5_000;

export default function DeploymentPage() {
  const id = useParam('id');
  const go = useGo();
  const everyMs = usePolling(POLL_MS);
  const carried = useCarriedOut(id, { everyMs });
  const release = useRelease(id, everyMs);
  const byHand = carried.data && !carried.data.run;
  useEffect(() => {
    // What people carry out by hand is reported on the page of the release.
    if (byHand) go(paths.release(id, 'run'), true);
  }, [byHand, id, go]);
  if (carried.error && !carried.data) {
    return <ErrorState page error={carried.error} retry={() => void carried.refetch()} />;
  }
  if (!carried.data?.run) return <RecordSkeleton />;
  return <Inside carried={carried.data} run={carried.data.run} release={release.data} />;
}

interface Props {
  carried: CarriedOut;
  run: Run;
  release: Release | undefined;
}

function Inside({ carried, run, release }: Props) {
  const number = carried.release.number ?? carried.release.id;
  const go = useGo();
  const steer = useSteer(number);
  const [chosen, setChosen] = useState<string>();
  const verbs = steering(run, steer);
  const { rollback, giveUp } = wayBackVerbs(run, steer);
  const back = paths.wayBack(number);
  const keyed = [
    ...verbs.map((item) => ({ item, keys: KEYS[item.name] })),
    { item: rollback, keys: 'r' },
  ];
  useKeys(RUN.keys, [
    ...keyed.flatMap(({ item, keys }) =>
      item.allowed && keys ? [{ keys, label: item.label, run: item.run }] : [],
    ),
    { keys: 'b', label: RUN.openBack, run: () => go(back) },
  ]);
  const pick = (key: string) => {
    setChosen(key);
    const item = document.getElementById(stepId(key));
    item?.scrollIntoView({ block: 'center' });
    item?.focus({ preventScroll: true });
  };
  return (
    <Page
      title={carried.release.name}
      number={number}
      back={{ to: paths.deployments, label: DEPLOYMENT.title }}
      badges={
        <>
          <StatePill word={run.phase} label={RUN.phase[run.phase]} />
          {run.paused && <StatePill word="held" label={RUN.paused} />}
        </>
      }
      meta={
        <>
          <span>
            {RUN.startedBy(carried.deployment.started_by)},{' '}
            <Time at={carried.deployment.started_at} />
          </span>
          <WindowTime window={carried.window} />
          <Link to={paths.release(number)}>{RUN.openRelease}</Link>
        </>
      }
      primary={rollback}
      others={verbs}
      elsewhere={[giveUp]}
    >
      {!steer.asking && <ProblemNote error={steer.send.problem} />}
      <DecisionCard run={run} steer={steer} />
      {run.ending && <p>{sentence(RUN.ending(run.ending))}</p>}
      <Section title={RUN.figures}>
        <RunFigures carried={carried} run={run} />
      </Section>
      <Section title={RUN.graph} flush>
        <StepGraph
          label={RUN.graph}
          current={chosen}
          onPick={pick}
          steps={run.steps.map((step) => {
            const look = lookOf(step);
            return {
              key: step.key,
              needs: step.needs,
              detail: `${look.word} · ${stepKind(step.kind)}`,
              mark: look.mark,
              tone: look.tone,
              now: ['running', 'uncertain', 'retrying'].includes(legNow(step).state),
              noReturn: step.undo === 'point_of_no_return',
            };
          })}
        />
      </Section>
      <Columns
        main={
          <Section title={RUN.list} flush>
            <ol className={classes.steps}>
              {run.steps.map((step) => (
                <StepItem
                  key={step.key}
                  carried={carried}
                  run={run}
                  step={step}
                  steer={steer}
                  chosen={step.key === chosen}
                />
              ))}
            </ol>
          </Section>
        }
        side={
          <>
            <Section title={RUN.waits}>
              <Waits run={run} steer={steer} />
            </Section>
            <Triggers run={run} />
            <StatusUpdates
              updates={carried.updates}
              path={deploymentPath(number)}
              may={actionOf(release?.actions, 'send_update')}
            />
            <Section title={RUN.wayBack}>
              <div className={classes.side}>
                <p>{freshness(carried.rehearsals.days)}</p>
                <RollbackLimits plan={carried.rollback_plan} />
                <Stands stands={run.stands} />
                <Button
                  component={Link}
                  to={back}
                  variant="default"
                  size="md"
                  leftSection={<Icon name="undo" />}
                >
                  {RUN.openBack}
                </Button>
                {giveUp.allowed && <ActionButton item={giveUp} />}
              </div>
            </Section>
          </>
        }
      />
      <RunDialogs carried={carried} run={run} steer={steer} />
    </Page>
  );
}

const KEYS: Record<string, string> = { pause: 'p', resume: 'p', abort: 's' };
