// A record named beside another: its number in monospace, then its name.
import type { Ref } from '@/lib/schema';
import { Link } from './Link';

interface Props {
  record: Ref | null | undefined;
  to?: string;
  /** `both` by default; tables often want one of them. */
  show?: 'both' | 'number' | 'name';
  none?: string;
}

export function RefLink({ record, to, show = 'both', none = '–' }: Props) {
  if (!record) return <span className="soft">{none}</span>;
  const number = record.number && show !== 'name' ? record.number : undefined;
  const name = show !== 'number' || !number ? record.name : undefined;
  const text = (
    <>
      {number && <span className="mono">{number}</span>}
      {number && name ? ' ' : null}
      {name}
    </>
  );
  return to ? (
    <Link to={to} title={record.name}>
      {text}
    </Link>
  ) : (
    <span>{text}</span>
  );
}
