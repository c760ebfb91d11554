// Where a record stands in its life: the phases in order, the current one named aloud.
import { UI, wordOf } from './texts';
import { useCurrentInView } from './useCurrentInView';
import classes from './PhaseLine.module.css';

interface Props {
  phases: string[];
  current: string;
  /** The model's own word for the current phase, when it has one. */
  state?: string;
  held?: boolean;
  cancelled?: boolean;
}

export function PhaseLine({ phases, current, state, held, cancelled }: Props) {
  const at = phases.indexOf(current);
  const row = useCurrentInView<HTMLOListElement>(current);
  return (
    // Scrolls sideways on a phone, so the keyboard has to reach it.
    <ol ref={row} className={classes.line} aria-label={UI.phases} tabIndex={0}>
      {phases.map((phase, index) => {
        const place = index < at ? 'past' : index === at ? 'now' : 'ahead';
        return (
          <li key={phase} data-place={place} aria-current={place === 'now' ? 'step' : undefined}>
            <span className={classes.tick} aria-hidden="true" />
            <span className={classes.word}>
              {wordOf(phase)}
              {place === 'now' && state && state !== phase && (
                <span className="soft"> · {wordOf(state)}</span>
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
