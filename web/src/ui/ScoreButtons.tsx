// How content someone is, 1 to 5, in one press; words may be written before it.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { UI } from './texts';
import classes from './ScoreButtons.module.css';

const SCORES = [1, 2, 3, 4, 5];

interface Props {
  /** What is asked. */
  label: string;
  busy?: boolean;
  onAnswer: (score: number, words: string) => void;
}

export function ScoreButtons({ label, busy, onAnswer }: Props) {
  const [words, setWords] = useState('');
  return (
    <fieldset className={classes.frame} disabled={busy}>
      <legend>{label}</legend>
      <TextInput
        size="xs"
        label={UI.scoreWords}
        value={words}
        maxLength={4000}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <div className={classes.scores}>
        <span className="soft" aria-hidden="true">
          {UI.scoreLow}
        </span>
        {SCORES.map((score) => (
          <button
            key={score}
            type="button"
            aria-label={UI.scoreOf(score)}
            onClick={() => onAnswer(score, words)}
          >
            {score}
          </button>
        ))}
        <span className="soft" aria-hidden="true">
          {UI.scoreHigh}
        </span>
      </div>
    </fieldset>
  );
}
