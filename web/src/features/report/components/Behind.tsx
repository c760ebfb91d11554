// Says that events are not counted yet, so that nobody takes a part for the whole.
import { texts } from '../texts';

/** So few are counted before anyone has read this. */
const FEW = 100;

export function Behind({ count }: { count: number }) {
  return count > FEW ? <p role="status">{texts.behind(count)}</p> : null;
}
