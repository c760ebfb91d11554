// From the summary to where the whole of it stands.
import { paths } from '@/app/paths';
import { Link } from '@/ui/Link';
import { SUMMARY } from '../summaryTexts';
import { TAB } from '../texts';
import classes from './summary.module.css';

/** The tab of which a part is an extract; paper has no use for it. */
export function More({ number, tab }: { number: string; tab: keyof typeof TAB }) {
  return (
    <Link to={paths.release(number, tab)} className={classes.tab}>
      {TAB[tab]}
    </Link>
  );
}

/** How much of a list is not shown. */
export function Rest({ count, to }: { count: number; to: string }) {
  if (count <= 0) return null;
  return (
    <span className={classes.rest}>
      {' '}
      <Link to={to}>{SUMMARY.more(count)}</Link>
    </span>
  );
}
