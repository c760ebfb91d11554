// A release on one page, for those who decide about it and do not work in it: read on a screen,
// or printed. It is shown once all of it is known.
import { Button } from '@mantine/core';
import { paths } from '@/app/paths';
import { useParam } from '@/lib/address';
import { dayClock, zoneShort } from '@/lib/dates';
import { useKeys } from '@/lib/keys';
import { useZone } from '@/lib/session';
import { Page } from '@/ui/Page';
import { PhaseLine } from '@/ui/PhaseLine';
import { OnHold } from '@/ui/record/OnHold';
import { ErrorState, RecordSkeleton } from '@/ui/States';
import { placeOf, wordOf } from '@/ui/texts';
import { ReleaseBadges } from '../components/ReleaseBadges';
import { SummaryApprovals } from '../components/SummaryApprovals';
import { SummaryGlance } from '../components/SummaryGlance';
import { Conflicts, Notices, Stands } from '../components/SummaryStands';
import { Goals, Risk, Services, WayBack } from '../components/SummaryWhat';
import classes from '../components/summary.module.css';
import { useCommunication } from '../noticeQueries';
import { useReadiness, useRelease, useScope, type Release } from '../queries';
import { failureOf } from '../takenBack';
import { SUMMARY } from '../summaryTexts';

export default function SummaryPage() {
  const id = useParam('id');
  const release = useRelease(id);
  const scope = useScope(id);
  const board = useReadiness(id);
  const plan = useCommunication(id);
  useKeys(SUMMARY.link, [{ keys: 'p', label: SUMMARY.print, run: () => window.print() }]);
  if (release.error) {
    return <ErrorState page error={release.error} retry={() => void release.refetch()} />;
  }
  const waits = scope.isPending || board.isPending || plan.isPending;
  if (!release.data || waits) return <RecordSkeleton />;
  return (
    <div className={classes.paper}>
      <Page
        title={SUMMARY.title(release.data.title)}
        number={release.data.number}
        back={{ to: paths.release(release.data.number), label: release.data.number }}
        badges={<ReleaseBadges release={release.data} />}
        meta={<span>{placeOf(release.data)}</span>}
        tools={
          <Button variant="default" aria-keyshortcuts="p" onClick={() => window.print()}>
            {SUMMARY.print}
          </Button>
        }
      >
        <States release={release.data} />
        <OnHold hold={release.data.hold} />
        <SummaryGlance release={release.data} board={board.data} />
        <div className={classes.sheet}>
          <div className={classes.column}>
            <Goals release={release.data} />
            <Services release={release.data} scope={scope} />
            <Risk release={release.data} />
            <WayBack release={release.data} />
          </div>
          <div className={classes.column}>
            <Stands release={release.data} board={board} />
            <SummaryApprovals release={release.data} />
            <Conflicts release={release.data} />
            <Notices release={release.data} plan={plan} />
          </div>
        </div>
        <AsOf at={release.dataUpdatedAt} version={release.data.version} />
      </Page>
    </div>
  );
}

/** The states of its model, those that are over and those to come. */
function States({ release }: { release: Release }) {
  const failure = failureOf(release);
  const from = release.states.find((state) => state.phase === 'deployment')?.name;
  return (
    <PhaseLine
      label={SUMMARY.states}
      phases={release.states.map((state) => state.name)}
      current={release.state}
      held={release.held}
      cancelled={release.phase === 'cancelled'}
      failed={failure && from ? { from, word: wordOf(failure) } : undefined}
    />
  );
}

/** Paper does not follow what happens next. */
function AsOf({ at, version }: { at: number; version: number }) {
  const zone = useZone();
  const read = new Date(at);
  return (
    <p className={classes.asOf}>
      {SUMMARY.asOf(`${dayClock(read, zone)} ${zoneShort(read, zone)}`, version)}
    </p>
  );
}
