// The one next thing for this reader, and what comes then. It only chooses what to show first;
// nothing is decided here.
import { Button, Skeleton } from '@mantine/core';
import { useGo } from '@/lib/address';
import { clock } from '@/lib/dates';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { LampMark } from '@/ui/LampMark';
import { Link } from '@/ui/Link';
import { paths } from '../paths';
import { useWaitingApprovals } from '../waiting';
import { isOpen, useMyReleases, useOpenReviews, useUnauthorised, useUnderWay } from './queries';
import { HOME } from './texts';
import classes from './home.module.css';

interface Next {
  title: string;
  help: string;
  action: string;
  to: string;
  calm?: boolean;
}

/** How many are named after the first. */
const THEN_MAX = 3;

export function NextThing() {
  const go = useGo();
  const calls = useCalls();
  const next = calls?.[0];
  if (!next) return <Skeleton height={104} />;
  const then = calls.slice(1, THEN_MAX + 1);
  return (
    <section className={classes.next} data-calm={next.calm || undefined} aria-label={HOME.next}>
      <LampMark state={next.calm ? 'clear' : 'waiting'} size={28} />
      <div className={classes.nextWords}>
        <h2>{next.title}</h2>
        <p>{next.help}</p>
        {then.length > 0 && (
          <ul className={classes.then} aria-label={HOME.then}>
            {then.map((call) => (
              <li key={call.title + call.to}>
                <Link to={call.to}>{call.title}</Link> <span className="soft">{call.help}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <Button size="md" variant={next.calm ? 'default' : 'filled'} onClick={() => go(next.to)}>
        {next.action}
      </Button>
    </section>
  );
}

/** What calls for the reader, the most pressing first. */
function useCalls(): Next[] | undefined {
  const approvals = useWaitingApprovals();
  const releases = useMyReleases();
  const reviews = useOpenReviews();
  const underWay = useUnderWay();
  const unauthorised = useUnauthorised();
  const zone = useZone();
  const all = [approvals, releases, reviews, underWay, unauthorised];
  if (all.some((query) => query.isPending)) return undefined;
  const running = (underWay.data ?? []).filter((row) => row.yours);
  const mine = (releases.data ?? []).filter(isOpen);
  const owed = reviews.data?.filter((row) => mine.some((release) => release.id === row.subject.id));
  const calls = [
    ofDecision(
      running.find((row) => row.decision),
      zone,
    ),
    ofRun(running.find((row) => !row.decision)),
    ofUnauthorised(unauthorised.data?.[0]),
    ofApprovals(approvals.data ?? []),
    ofGo(mine.find((row) => row.phase === 'approval' && row.approved)),
    ofReviews(owed ?? []),
  ].filter((call) => call !== undefined);
  if (calls.length > 0) return calls;
  return [all.some((query) => query.error) ? UNKNOWN : CALM];
}

const UNKNOWN: Next = {
  title: HOME.unknown,
  help: HOME.unknownHelp,
  action: HOME.unknownAction,
  to: paths.approvals,
};

const CALM: Next = {
  title: HOME.calm,
  help: HOME.calmHelp,
  action: HOME.calmAction,
  to: paths.calendar,
  calm: true,
};

function ofDecision(asking: Schema<'DeploymentRow'> | undefined, zone: string): Next | undefined {
  const decision = asking?.decision;
  if (!asking || !decision) return undefined;
  const number = asking.release.number ?? asking.release.id;
  return {
    title: HOME.decide(number),
    help: HOME.otherwise(decision.default, clock(decision.until, zone)),
    action: HOME.approveAction,
    to: paths.wayBack(number),
  };
}

function ofRun(running: Schema<'DeploymentRow'> | undefined): Next | undefined {
  if (!running) return undefined;
  const { current, release } = running;
  const number = release.number ?? release.id;
  const title = running.state === 'rolling_back' ? HOME.takenBack : HOME.running;
  return {
    title: title(number),
    help: current ? `${HOME.now} ${current.number ?? ''} ${current.name}` : release.name,
    action: HOME.runningAction,
    to: paths.release(number, 'run'),
  };
}

function ofUnauthorised(gate: Schema<'Gate'> | undefined): Next | undefined {
  const opened = gate?.seen?.unauthorised;
  if (!gate || !opened) return undefined;
  return {
    title: HOME.unauthorised,
    help: HOME.deployedTo(gate.artifact.name ?? gate.artifact.digest, gate.environment),
    action: HOME.unauthorisedAction,
    to: paths.change(opened.number ?? opened.id),
  };
}

function ofApprovals(waiting: Schema<'ApprovalRow'>[]): Next | undefined {
  const oldest = waiting[0];
  if (!oldest) return undefined;
  const { number, name } = oldest.subject;
  return {
    title: HOME.approve(waiting.length),
    help: HOME.oldest(waiting.length, `${number ?? ''} ${name}`),
    action: HOME.approveAction,
    to: paths.approvals,
  };
}

function ofGo(ready: Schema<'ReleaseRow'> | undefined): Next | undefined {
  if (!ready) return undefined;
  return {
    title: HOME.go(ready.number),
    help: ready.title,
    action: HOME.goAction,
    to: paths.release(ready.number),
  };
}

function ofReviews(owed: Schema<'ReviewRow'>[]): Next | undefined {
  const review = owed[0];
  if (!review) return undefined;
  return {
    title: HOME.review(owed.length),
    help: `${review.number} ${review.subject.name}`,
    action: HOME.reviewAction,
    to: paths.review(review.number),
  };
}
