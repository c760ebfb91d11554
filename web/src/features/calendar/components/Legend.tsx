// What the patterns of the calendar mean, in words beside a sample.
import type { View } from '../view';
import { texts } from '../texts';
import classes from './Legend.module.css';

const SAMPLES = [
  'release',
  'change',
  'planned',
  'blackout',
  'window',
  'peak',
  'event',
  'sprint',
  'external',
  'meeting',
  'conflict',
  'warning',
] as const;

export function Legend({ view }: { view: View }) {
  const shown = SAMPLES.filter(
    (sample) => view !== 'month' || (sample !== 'window' && sample !== 'peak'),
  );
  return (
    <ul className={classes.legend}>
      {shown.map((sample) => (
        <li key={sample}>
          <i className={classes.sample} data-sample={sample} aria-hidden="true" />
          {texts.key[sample]}
        </li>
      ))}
    </ul>
  );
}
