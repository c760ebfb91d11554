// The one next thing for this reader. It only chooses what to show first; nothing is decided here.
import { Button, Skeleton } from '@mantine/core';
import { useGo } from '@/lib/address';
import { LampMark } from '@/ui/LampMark';
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

export function NextThing() {
  const go = useGo();
  const next = useNext();
  if (!next) return <Skeleton height={104} />;
  return (
    <section className={classes.next} data-calm={next.calm || undefined} aria-label={HOME.next}>
      <LampMark state={next.calm ? 'clear' : 'waiting'} size={28} />
      <div className={classes.nextWords}>
        <h2>{next.title}</h2>
        <p>{next.help}</p>
      </div>
      <Button size="md" variant={next.calm ? 'default' : 'filled'} onClick={() => go(next.to)}>
        {next.action}
      </Button>
    </section>
  );
}

function turned(state: string): (name: string) => string {
  return state === 'rolling_back' ? HOME.takenBack : HOME.running;
}

function useNext(): Next | undefined {
  const approvals = useWaitingApprovals();
  const releases = useMyReleases();
  const reviews = useOpenReviews();
  const underWay = useUnderWay();
  const unauthorised = useUnauthorised();
  const all = [approvals, releases, reviews, underWay, unauthorised];
  if (all.some((query) => query.isPending)) return undefined;
  const mine = (releases.data ?? []).filter(isOpen);
  const running = underWay.data?.find((row) => row.yours);
  if (running) {
    const { current, release } = running;
    const { name } = release;
    const number = release.number ?? release.id;
    return {
      title: turned(running.state)(number),
      help: current ? `${HOME.now} ${current.number ?? ''} ${current.name}` : name,
      action: HOME.runningAction,
      to: paths.release(number, 'run'),
    };
  }
  const seen = unauthorised.data?.[0];
  const opened = seen?.seen?.unauthorised;
  if (seen && opened) {
    return {
      title: HOME.unauthorised,
      help: HOME.deployedTo(seen.artifact.name ?? seen.artifact.digest, seen.environment),
      action: HOME.unauthorisedAction,
      to: paths.change(opened.number ?? opened.id),
    };
  }
  const waiting = approvals.data ?? [];
  const oldest = waiting[0];
  if (oldest) {
    const { number, name } = oldest.subject;
    return {
      title: HOME.approve(waiting.length),
      help: HOME.oldest(`${number ?? ''} ${name}`),
      action: HOME.approveAction,
      to: paths.approvals,
    };
  }
  const ready = mine.find((row) => row.phase === 'approval' && row.approved);
  if (ready) {
    return {
      title: HOME.go(ready.number),
      help: ready.title,
      action: HOME.goAction,
      to: paths.release(ready.number),
    };
  }
  const owed = reviews.data?.filter((row) => mine.some((release) => release.id === row.subject.id));
  const review = owed?.[0];
  if (review) {
    return {
      title: HOME.review(owed.length),
      help: `${review.number} ${review.subject.name}`,
      action: HOME.reviewAction,
      to: paths.review(review.number),
    };
  }
  if (all.some((query) => query.error)) {
    return {
      title: HOME.unknown,
      help: HOME.unknownHelp,
      action: HOME.unknownAction,
      to: paths.approvals,
    };
  }
  return {
    title: HOME.calm,
    help: HOME.calmHelp,
    action: HOME.calmAction,
    to: paths.calendar,
    calm: true,
  };
}
