// The risk of a record: its tier, and what each factor added to it.
import type { Schema } from '@/lib/schema';
import { Tier } from './StatePill';
import { UI, wordOf } from './texts';
import classes from './RiskBars.module.css';

export function RiskBars({ risk }: { risk: Schema<'Risk'> }) {
  if (risk.factors.length === 0 && risk.points === 0) return <p className="soft">{UI.noRisk}</p>;
  return (
    <div className={classes.risk}>
      <p className={classes.sum}>
        <Tier tier={risk.tier} />
        <span className="soft num">
          {risk.points} of 100 points{risk.recorded ? '' : ', a preview until it is recorded'}
        </span>
      </p>
      <ul className={classes.factors}>
        {risk.factors.map((factor) => (
          <li key={factor.name}>
            <span className={classes.name}>{wordOf(factor.name)}</span>
            <span className={classes.bar} aria-hidden="true">
              <i style={{ width: `${share(factor.points, factor.points_max)}%` }} />
            </span>
            <span className={classes.points}>
              {factor.points}
              <span className="soft">/{factor.points_max}</span>
            </span>
            <span className={classes.evidence}>{factor.evidence}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function share(points: number, most: number): number {
  return most === 0 ? 0 : Math.min(100, (points / most) * 100);
}
