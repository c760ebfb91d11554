// What the patterns of the calendar mean, in words beside a sample.
import type { View } from '../view';
import { texts } from '../texts';
import classes from './Legend.module.css';

const SAMPLES = [
  'release',
  'change',
  'planned',
  'past',
  'emergency',
  'blackout',
  'window',
  'peak',
  'event',
  'sprint',
  'external',
  'meeting',
  'conflict',
  'warning',
  'accepted',
] as const;

/** What only some views draw. */
const NOT_IN: Partial<Record<View, string[]>> = {
  month: ['window', 'peak', 'emergency', 'accepted'],
  week: ['emergency', 'accepted'],
};

export function Legend({ view }: { view: View }) {
  const shown = SAMPLES.filter(
    (sample) => view === 'timeline' || !(NOT_IN[view] ?? []).includes(sample),
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
