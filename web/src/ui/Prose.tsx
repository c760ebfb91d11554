// Text as someone wrote it: lines kept, nothing interpreted, long words broken.
import classes from './Prose.module.css';

export function Prose({ text, none }: { text: string | null | undefined; none?: string }) {
  if (!text?.trim()) return <p className={classes.none}>{none ?? 'Nothing written yet.'}</p>;
  return <p className={classes.prose}>{text}</p>;
}
