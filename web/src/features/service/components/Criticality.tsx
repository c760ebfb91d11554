// How critical something is: its number and that many marks.
import classes from './service.module.css';

export function Criticality({ level }: { level: number }) {
  return (
    <span className={classes.criticality} data-level={level}>
      <strong>{level}</strong>
      <span className="soft">{['', 'most critical', 'high', 'medium', 'low'][level] ?? ''}</span>
    </span>
  );
}
