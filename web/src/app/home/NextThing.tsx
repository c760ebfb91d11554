// The one next thing for this reader. It only chooses what to show first; nothing is decided here.
import { Button, Skeleton } from '@mantine/core';
import { useGo } from '@/lib/address';
import { LampMark } from '@/ui/LampMark';
import { paths } from '../paths';
import { isOpen, useMyReleases, useOpenReviews, useWaitingApprovals } from './queries';
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

function useNext(): Next | undefined {
  const approvals = useWaitingApprovals();
  const releases = useMyReleases();
  const reviews = useOpenReviews();
  if (approvals.isPending || releases.isPending || reviews.isPending) return undefined;
  const mine = (releases.data ?? []).filter(isOpen);
  const running = mine.find((row) => ['deployment', 'verification'].includes(row.phase));
  if (running) {
    return {
      title: HOME.running(running.number),
      help: running.title,
      action: HOME.runningAction,
      to: paths.release(running.number, 'run'),
    };
  }
  const oldest = approvals.data?.[0];
  if (oldest) {
    const { number, name } = oldest.subject;
    return {
      title: HOME.approve(approvals.data?.length ?? 1),
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
  if (approvals.error ?? releases.error ?? reviews.error) {
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
