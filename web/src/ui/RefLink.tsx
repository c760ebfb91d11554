// A record named beside another: its number in monospace, then its name.
import { useContext } from 'react';
import type { Ref } from '@/lib/schema';
import { Link, RecordPaths } from './Link';

interface Props {
  record: Ref | null | undefined;
  /** Another address than the record's own. */
  to?: string;
  /** `both` by default; tables often want one of them. */
  show?: 'both' | 'number' | 'name';
  none?: string;
}

export function RefLink({ record, to, show = 'both', none = '–' }: Props) {
  const pathOf = useContext(RecordPaths);
  if (!record) return <span className="soft">{none}</span>;
  const number = record.number && show !== 'name' ? record.number : undefined;
  const named = show !== 'number' || !number;
  const name = named && record.name !== number ? record.name : undefined;
  const text = (
    <>
      {number && <span className="mono">{number}</span>}
      {number && name ? ' ' : null}
      {name}
    </>
  );
  const path = to ?? pathOf(record);
  return path ? (
    <Link to={path} title={record.name}>
      {text}
    </Link>
  ) : (
    <span>{text}</span>
  );
}
