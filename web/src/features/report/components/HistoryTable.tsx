// The table behind a chart: the same values, and the records of each step by keyboard.
import { shortText, valueText } from '@/ui/figureText';
import { spreadText, stepText } from '../format';
import type { Figure } from '../queries';
import { texts } from '../texts';
import classes from './HistoryTable.module.css';

interface Props {
  figure: Figure;
  by: string;
  onPick: (from: string) => void;
}

export function HistoryTable({ figure, by, onPick }: Props) {
  const { unit } = figure.definition;
  const rows = figure.history.map(({ from, to, value, limits }) => {
    const is = value.value;
    const out = limits && typeof is === 'number' && (is > limits.high || is < limits.low);
    return {
      key: from,
      label: stepText(from, to, by),
      value,
      limits: limits
        ? `${shortText(limits.low, unit)} – ${shortText(limits.high, unit)}`
        : undefined,
      outside: out ? texts.outside : undefined,
    };
  });
  return (
    <ValueTable label={texts.table} point={texts.point} unit={unit} rows={rows} onPick={onPick} />
  );
}

interface Row {
  key: string;
  label: string;
  value: Figure['value'];
  limits?: string;
  outside?: string;
}

interface TableProps {
  label: string;
  /** What a row is of: a step of time, a team. */
  point: string;
  unit: string;
  rows: Row[];
  onPick: (key: string) => void;
}

export function ValueTable({ label, point, unit, rows, onPick }: TableProps) {
  const limited = rows.some((row) => row.limits);
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{point}</th>
          <th scope="col" data-right>
            {texts.value}
          </th>
          <th scope="col" data-right>
            {texts.asked}
          </th>
          <th scope="col">{texts.spread}</th>
          {limited && <th scope="col">{texts.limitsColumn}</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">
              <button
                type="button"
                aria-label={texts.showRecords(row.label)}
                onClick={() => onPick(row.key)}
              >
                {row.label}
              </button>
            </th>
            <td data-right>{valueText(row.value.value, unit)}</td>
            <td data-right>
              {typeof row.value.counted === 'number' && row.value.n > 0
                ? texts.of(row.value.counted, row.value.n)
                : row.value.n}
            </td>
            <td>{spreadText(row.value, unit) ?? '–'}</td>
            {limited && (
              <td>
                {row.limits ?? '–'}
                {row.outside && <strong className={classes.outside}> {row.outside}</strong>}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
