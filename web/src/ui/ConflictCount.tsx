// The open conflicts of a record: their number in a list, in words elsewhere, and as bad as they are.
import { None } from './None';
import { severityOf, severityWords } from './severity';
import { StatePill } from './StatePill';

interface Props {
  record: { conflicts_open: number; conflicts_blocking: number };
}

export function ConflictCount({ record }: Props) {
  const severity = severityOf(record);
  if (!severity) return <None />;
  const words = severityWords(record);
  return (
    <span title={words}>
      <StatePill word={severity} label={String(record.conflicts_open)} />
      <span className="visually-hidden">: {words}</span>
    </span>
  );
}

export function ConflictWords({ record }: Props) {
  const severity = severityOf(record);
  return severity ? <StatePill word={severity} label={severityWords(record)} /> : null;
}
