// A state as a word with a tone; and a tier as a small bar with its word.
import { wordOf } from './texts';
import { toneOf, type Tone } from './tones';
import classes from './StatePill.module.css';

interface Props {
  word: string | null | undefined;
  /** Other words for the same state. */
  label?: string;
  tone?: Tone;
}

export function StatePill({ word, label, tone }: Props) {
  if (!word) return <span className="soft">–</span>;
  return (
    <span className={classes.pill} data-tone={tone ?? toneOf(word)}>
      {label ?? wordOf(word)}
    </span>
  );
}

const TIERS = ['low', 'moderate', 'high', 'very_high'];

export function Tier({ tier }: { tier: string | null | undefined }) {
  if (!tier) return <span className="soft">–</span>;
  const level = TIERS.indexOf(tier);
  return (
    <span className={classes.tier} data-tone={toneOf(tier)}>
      <span className={classes.bars} aria-hidden="true">
        {TIERS.map((each, index) => (
          <i key={each} data-on={index <= level || undefined} style={{ height: 4 + index * 3 }} />
        ))}
      </span>
      {wordOf(tier)}
    </span>
  );
}
