// The measures of success that were set at planning: judged in the form, and as they were judged.
import { Select, TextInput } from '@mantine/core';
import { fieldId } from '@/lib/forms';
import type { Schema } from '@/lib/schema';
import { StatePill } from '@/ui/StatePill';
import { REVIEW } from '../texts';
import classes from './review.module.css';

type Kpi = Schema<'ReviewKpi'>;

const CHOICES = [
  { value: 'yes', label: REVIEW.met },
  { value: 'no', label: REVIEW.missed },
];

function word(met: boolean | null | undefined): string | null {
  if (met === null || met === undefined) return null;
  return met ? 'yes' : 'no';
}

interface Props {
  value: Kpi[];
  onChange: (kpis: Kpi[]) => void;
  error?: string;
}

export function KpisField({ value, onChange, error }: Props) {
  const set = (index: number, part: Partial<Kpi>) =>
    onChange(value.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <fieldset className={classes.actions} id={fieldId('kpis')} tabIndex={-1}>
      <legend>{REVIEW.kpis}</legend>
      <p className="soft">{REVIEW.kpisHelp}</p>
      {value.map((kpi, index) => (
        <div key={kpi.name} className={classes.kpi}>
          <span>
            <strong>{kpi.name}</strong>{' '}
            <span className="soft">
              {REVIEW.kpiTarget}: {kpi.target}
            </span>
          </span>
          <TextInput
            label={REVIEW.kpiReached}
            maxLength={200}
            value={kpi.reached ?? ''}
            onChange={(event) => set(index, { reached: event.currentTarget.value })}
          />
          <Select
            label={REVIEW.kpiMet}
            clearable
            data={CHOICES}
            value={word(kpi.met)}
            onChange={(choice) => set(index, { met: choice === null ? null : choice === 'yes' })}
          />
        </div>
      ))}
      {error && <p className={classes.kpiError}>{error}</p>}
    </fieldset>
  );
}

export function KpisList({ kpis }: { kpis: Kpi[] }) {
  return (
    <ul className={classes.kpis}>
      {kpis.map((kpi) => (
        <li key={kpi.name}>
          <span>
            <strong>{kpi.name}</strong>{' '}
            <span className="soft">
              {REVIEW.kpiTarget}: {kpi.target}
            </span>
          </span>
          <span>{kpi.reached || '–'}</span>
          <Verdict met={kpi.met} />
        </li>
      ))}
    </ul>
  );
}

function Verdict({ met }: { met: boolean | null | undefined }) {
  if (met === null || met === undefined) {
    return <StatePill word="waiting" label={REVIEW.unjudged} />;
  }
  return met ? (
    <StatePill word="done" label={REVIEW.met} />
  ) : (
    <StatePill word="failed" label={REVIEW.missed} />
  );
}
