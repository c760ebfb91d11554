// How far a deployment is: done and failed steps as a bar with its words.
import type { DeploymentRow } from '../queries';
import { DEPLOYMENT } from '../texts';
import classes from './StepBar.module.css';

export function StepBar({ row }: { row: DeploymentRow }) {
  const share = (count: number) => (row.total === 0 ? 0 : (count / row.total) * 100);
  return (
    <span className={classes.steps}>
      <span className={classes.bar} aria-hidden="true">
        <i style={{ width: `${share(row.done)}%` }} data-done />
        <i style={{ width: `${share(row.failed)}%` }} data-failed />
      </span>
      <span className="num">
        {row.done} of {row.total}
        {row.failed > 0 && (
          <span className={classes.failed}>, {DEPLOYMENT.failed(row.failed)}</span>
        )}
      </span>
    </span>
  );
}
