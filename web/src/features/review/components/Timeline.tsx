// What happened, in order, filled in from the record, with what the reviewers remark.
import { inZone } from '@/lib/inZone';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { Time } from '@/ui/Time';
import { REVIEW } from '../texts';
import classes from './review.module.css';

export function Timeline({ moments }: { moments: Schema<'Moment'>[] }) {
  const zone = useZone();
  if (moments.length === 0) return <p className="soft">{REVIEW.noTimeline}</p>;
  return (
    <ol className={classes.timeline}>
      {moments.map((moment) => (
        <li key={moment.at + moment.what} data-remark={moment.remark || undefined}>
          <span className={classes.what}>
            {moment.remark ? `“${moment.what}”` : inZone(moment.what, zone)}
          </span>
          <span className={classes.when}>
            <Time at={moment.at} show="full" /> · {moment.who}
          </span>
        </li>
      ))}
    </ol>
  );
}
