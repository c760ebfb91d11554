// One lamp: a ticked disc, a half ring, a barred square or a dash.
import type { Lamp } from '@/lib/schema';
import classes from './Route.module.css';

export function LampMark({ state, size = 18 }: { state: Lamp['state']; size?: number }) {
  return (
    <svg
      className={classes.mark}
      data-state={state}
      width={size}
      height={size}
      viewBox="0 0 18 18"
      aria-hidden="true"
    >
      {state === 'clear' && (
        <>
          <circle cx="9" cy="9" r="8" fill="currentColor" />
          <path d="m5.3 9.3 2.5 2.5 4.9-5.3" className={classes.inner} />
        </>
      )}
      {state === 'waiting' && (
        <>
          <circle cx="9" cy="9" r="7" className={classes.ringFaint} />
          <path d="M9 2a7 7 0 0 1 0 14" className={classes.ring} />
        </>
      )}
      {state === 'stop' && (
        <>
          <rect x="1.5" y="1.5" width="15" height="15" rx="2.5" fill="currentColor" />
          <path d="M5 9h8" className={classes.inner} />
        </>
      )}
      {state === 'not_needed' && <path d="M4 9h10" className={classes.dash} />}
    </svg>
  );
}
