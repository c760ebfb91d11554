// The way from a record to its part of the log.
import { useCan } from '@/lib/session';
import { Link } from './Link';
import { UI } from './texts';

interface Props {
  to: string;
  /** What of, where several stand on a page. */
  of?: string;
}

/** Nothing for those who may not read the log. */
export function InLog({ to, of }: Props) {
  if (!useCan('read')) return null;
  return (
    <Link to={to} aria-label={of && UI.inLogOf(of)}>
      {UI.inLog}
    </Link>
  );
}
