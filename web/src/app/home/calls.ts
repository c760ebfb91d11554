// What calls for the reader. It only chooses what to show first; nothing is decided here.
import { clock } from '@/lib/dates';
import type { Schema } from '@/lib/schema';
import { useCan, useMe, useZone } from '@/lib/session';
import { useNow } from '@/ui/Time';
import { pathOf, paths } from '../paths';
import { useWaitingApprovals } from '../waiting';
import {
  isOpen,
  useAskedWindows,
  useMyActions,
  useMyChanges,
  useMyReleases,
  useOpenReviews,
  useUnauthorised,
  useUnderWay,
  useUndelivered,
} from './queries';
import { HOME } from './texts';

export interface Call {
  title: string;
  help: string;
  action: string;
  to: string;
  calm?: boolean;
}

/** What calls for the reader, the most pressing first. */
export function useCalls(): Call[] | undefined {
  const { person } = useMe();
  const mayTell = useCan('notice.write');
  const now = useNow(60_000);
  const zone = useZone();
  const approvals = useWaitingApprovals();
  const releases = useMyReleases();
  const changes = useMyChanges();
  const reviews = useOpenReviews();
  const underWay = useUnderWay();
  const unauthorised = useUnauthorised();
  const asked = useAskedWindows();
  const actions = useMyActions();
  const undelivered = useUndelivered(mayTell);
  const always = [approvals, releases, changes, reviews, underWay, unauthorised, asked, actions];
  const all = mayTell ? [...always, undelivered] : always;
  if (all.some((query) => query.isPending)) return undefined;
  const running = (underWay.data ?? []).filter((row) => row.yours);
  const mine = (releases.data ?? []).filter(isOpen);
  const owed = reviews.data?.filter((row) => mine.some((release) => release.id === row.subject.id));
  const calls = [
    ofDecision(
      running.find((row) => row.decision),
      zone,
    ),
    ofWait(running.find((row) => !row.decision && row.waits.length > 0)),
    ofRun(running.find((row) => !row.decision && row.waits.length === 0)),
    ofUnauthorised(unauthorised.data?.[0]),
    ofWork((changes.data ?? []).filter((row) => isWork(row, person.id, now))),
    ofApprovals(approvals.data ?? []),
    ofAsked(asked.data ?? []),
    ofGo(mine.find((row) => row.phase === 'approval' && row.approved)),
    ofUndelivered(undelivered.data?.[0]),
    ofActions((actions.data ?? []).filter((row) => row.overdue)),
    ofDrafts((changes.data ?? []).filter((row) => isDraft(row, person.id))),
    ofReviews(owed ?? []),
  ].filter((call) => call !== undefined);
  if (calls.length > 0) return calls;
  return [all.some((query) => query.error) ? UNKNOWN : CALM];
}

const UNKNOWN: Call = {
  title: HOME.unknown,
  help: HOME.unknownHelp,
  action: HOME.unknownAction,
  to: paths.approvals,
};

const CALM: Call = {
  title: HOME.calm,
  help: HOME.calmHelp,
  action: HOME.calmAction,
  to: paths.calendar,
  calm: true,
};

function ofDecision(asking: Schema<'DeploymentRow'> | undefined, zone: string): Call | undefined {
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

function ofWait(waiting: Schema<'DeploymentRow'> | undefined): Call | undefined {
  if (!waiting) return undefined;
  const number = waiting.release.number ?? waiting.release.id;
  return {
    title: HOME.awaits(number),
    help: waiting.waits.join(' '),
    action: HOME.runningAction,
    to: paths.release(number, 'run'),
  };
}

function ofRun(running: Schema<'DeploymentRow'> | undefined): Call | undefined {
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

function ofUnauthorised(gate: Schema<'Gate'> | undefined): Call | undefined {
  const opened = gate?.seen?.unauthorised;
  if (!gate || !opened) return undefined;
  return {
    title: HOME.unauthorised,
    help: HOME.deployedTo(gate.artifact.name ?? gate.artifact.digest, gate.environment),
    action: HOME.unauthorisedAction,
    to: paths.change(opened.number ?? opened.id),
  };
}

/** Work that the reader carries out by themselves: in a release, its deployment calls. */
function isWork(row: Schema<'ChangeRow'>, me: string, now: Date): boolean {
  if (row.implementer?.id !== me || row.release || row.held) return false;
  if (row.phase === 'implement') return true;
  const [start, end] = [row.window?.start, row.window?.end];
  return row.phase === 'scheduled' && !!start && !!end && isWithin(now, start, end);
}

function isWithin(now: Date, start: string, end: string): boolean {
  return Date.parse(start) <= now.getTime() && now.getTime() < Date.parse(end);
}

function isDraft(row: Schema<'ChangeRow'>, me: string): boolean {
  return row.phase === 'draft' && row.requester?.id === me && !row.held;
}

function ofWork(work: Schema<'ChangeRow'>[]): Call | undefined {
  const row = work.find(({ phase }) => phase === 'implement') ?? work[0];
  if (!row) return undefined;
  const begun = row.phase === 'implement';
  return {
    title: (begun ? HOME.implementing : HOME.windowOpen)(row.number),
    help: row.title,
    action: HOME.changeAction,
    to: paths.change(row.number),
  };
}

function ofAsked(asked: Schema<'AskedWindow'>[]): Call | undefined {
  const soonest = asked[0];
  if (!soonest) return undefined;
  const { id, number, name } = soonest.release;
  return {
    title: HOME.askedWindows(asked.length),
    help: HOME.soonest(asked.length, `${number ?? ''} ${name}`),
    action: HOME.askedAction,
    to: paths.release(number ?? id),
  };
}

function ofUndelivered(notice: Schema<'Notice'> | undefined): Call | undefined {
  if (!notice) return undefined;
  const { record } = notice;
  const { number } = record;
  return {
    title: HOME.undelivered(record.number ?? record.id),
    help: record.name,
    action: HOME.undeliveredAction,
    to: number?.startsWith('REL-')
      ? paths.release(number, 'notices')
      : (pathOf(record) ?? paths.inbox),
  };
}

function ofActions(late: Schema<'ActionRow'>[]): Call | undefined {
  const first = late[0];
  if (!first) return undefined;
  return {
    title: HOME.actionsLate(late.length),
    help: first.title,
    action: HOME.actionsAction,
    to: paths.review(first.review.number ?? first.review.id),
  };
}

function ofDrafts(drafts: Schema<'ChangeRow'>[]): Call | undefined {
  const latest = drafts[0];
  if (!latest) return undefined;
  return {
    title: HOME.drafts(drafts.length),
    help: `${latest.number} ${latest.title}`,
    action: HOME.changeAction,
    to: paths.change(latest.number),
  };
}

function ofApprovals(waiting: Schema<'ApprovalRow'>[]): Call | undefined {
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

function ofGo(ready: Schema<'ReleaseRow'> | undefined): Call | undefined {
  if (!ready) return undefined;
  return {
    title: HOME.go(ready.number),
    help: ready.title,
    action: HOME.goAction,
    to: paths.release(ready.number),
  };
}

function ofReviews(owed: Schema<'ReviewRow'>[]): Call | undefined {
  const review = owed[0];
  if (!review) return undefined;
  return {
    title: HOME.review(owed.length),
    help: `${review.number} ${review.subject.name}`,
    action: HOME.reviewAction,
    to: paths.review(review.number),
  };
}
