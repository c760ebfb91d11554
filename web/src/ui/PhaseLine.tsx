// Where a record stands in its life: the phases in order, the current one named aloud.
import { UI, wordOf } from './texts';
import { useCurrentInView } from './useCurrentInView';
import classes from './PhaseLine.module.css';

interface Props {
  /** What the row is of, where that is not the phases. */
  label?: string;
  phases: string[];
  current: string;
  /** The model's own word for the current phase, when it has one. */
  state?: string;
  held?: boolean;
  cancelled?: boolean;
  /** How it failed, in a word, and the phase in which that showed: nothing from there on reads as
   * done. */
  failed?: { from: string; word: string };
}

export function PhaseLine({ label = UI.phases, phases, current, ...more }: Props) {
  const { state, held, cancelled, failed } = more;
  const at = phases.indexOf(current);
  const failedAt = failed ? phases.indexOf(failed.from) : phases.length;
  const row = useCurrentInView<HTMLOListElement>(current);
  return (
    // Scrolls sideways on a phone, so the keyboard has to reach it.
    <ol ref={row} className={classes.line} aria-label={label} tabIndex={0}>
      {phases.map((phase, index) => {
        const place = index < at ? 'past' : index === at ? 'now' : 'ahead';
        return (
          <li
            key={phase}
            data-place={place}
            data-failed={(index >= failedAt && index <= at) || undefined}
            aria-current={place === 'now' ? 'step' : undefined}
          >
            <span className={classes.tick} aria-hidden="true" />
            <span className={classes.word}>
              {wordOf(phase)}
              {place === 'now' && state && state !== phase && (
                <span className="soft"> · {wordOf(state)}</span>
              )}
              {place === 'now' && failed && (
                <span className={classes.failed}> · {failed.word}</span>
              )}
              {place === 'now' && held && <span className={classes.held}> · on hold</span>}
            </span>
          </li>
        );
      })}
      {cancelled && (
        <li data-place="now" aria-current="step">
          <span className={classes.tick} aria-hidden="true" />
          <span className={classes.word}>Cancelled</span>
        </li>
      )}
    </ol>
  );
}
