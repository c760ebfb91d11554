// What a release brings and what it risks: goals, changes by service, risk, the way back.
import type { UseQueryResult } from '@tanstack/react-query';
import { paths } from '@/app/paths';
import { minutes } from '@/lib/dates';
import type { Schema } from '@/lib/schema';
import { Link } from '@/ui/Link';
import { Facts, Section } from '@/ui/Page';
import { freshness } from '@/ui/record/Rehearsals';
import { RollbackLimits } from '@/ui/record/RollbackSteps';
import { RefLink } from '@/ui/RefLink';
import { RiskBars } from '@/ui/RiskBars';
import { ErrorState } from '@/ui/States';
import { Time } from '@/ui/Time';
import type { Release } from '../queries';
import { byService, countLimits, firstLimits, largest, SHOWN, type OfService } from '../summary';
import { SUMMARY } from '../summaryTexts';
import { More, Rest } from './SummaryMore';
import classes from './summary.module.css';

export function Goals({ release }: { release: Release }) {
  const { number, objectives, kpis } = release;
  const over =
    Math.max(0, objectives.length - SHOWN.goals) + Math.max(0, kpis.length - SHOWN.goals);
  const edit = `${paths.release(number)}?edit=true`;
  return (
    <Section title={SUMMARY.goals} aside={<More number={number} tab="overview" />}>
      {objectives.length === 0 && <p className="soft">{SUMMARY.noObjectives}</p>}
      <ul className={classes.bullets}>
        {objectives.slice(0, SHOWN.goals).map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      {kpis.length === 0 && <p className="soft">{SUMMARY.noKpis}</p>}
      <dl className={classes.pairs}>
        {kpis.slice(0, SHOWN.goals).map((kpi) => (
          <div key={kpi.name}>
            <dt>{kpi.name}</dt>
            <dd>{kpi.target || SUMMARY.target}</dd>
          </div>
        ))}
      </dl>
      <Rest count={over} to={paths.release(number)} />
      {objectives.length * kpis.length === 0 && (
        <p className={classes.mend}>
          <Link to={edit}>{SUMMARY.edit}</Link>
        </p>
      )}
    </Section>
  );
}

interface ServicesProps {
  release: Release;
  scope: UseQueryResult<Schema<'ScopeDocument'>>;
}

export function Services({ release, scope }: ServicesProps) {
  const to = paths.release(release.number, 'scope');
  const rows = byService(scope.data?.included ?? []);
  const feel = scope.data?.impact.filter((row) => !row.direct) ?? [];
  return (
    <Section title={SUMMARY.services} aside={<More number={release.number} tab="scope" />}>
      {scope.error && <ErrorState error={scope.error} retry={() => void scope.refetch()} />}
      {scope.data && rows.length === 0 && <p className="soft">{SUMMARY.noChanges}</p>}
      <ul className={classes.rows}>
        {rows.slice(0, SHOWN.services).map((row) => (
          <ServiceRow key={row.service?.id ?? ''} row={row} to={to} />
        ))}
      </ul>
      <Rest count={rows.length - SHOWN.services} to={to} />
      {feel.length > 0 && (
        <p className={classes.line}>
          <span className="soft">{SUMMARY.feel}:</span>{' '}
          {feel
            .slice(0, SHOWN.services)
            .map((row) => row.service.name)
            .join(', ')}
          <Rest count={feel.length - SHOWN.services} to={to} />
        </p>
      )}
    </Section>
  );
}

function ServiceRow({ row, to }: { row: OfService; to: string }) {
  return (
    <li>
      <strong>
        {row.service ? <RefLink record={row.service} show="name" /> : SUMMARY.noService}
      </strong>{' '}
      <span className="soft">{SUMMARY.counted(row.changes.length)}</span>
      <ul className={classes.rows}>
        {row.changes.slice(0, SHOWN.changes).map((change) => (
          <li key={change.id} className={classes.clamp}>
            <RefLink record={change} />
          </li>
        ))}
      </ul>
      <Rest count={row.changes.length - SHOWN.changes} to={to} />
    </li>
  );
}

export function Risk({ release }: { release: Release }) {
  const shown = largest(release.risk);
  const counted = release.risk.factors.filter((factor) => factor.points > 0).length;
  return (
    <Section title={SUMMARY.risk}>
      <RiskBars risk={shown} />
      <Rest count={counted - shown.factors.length} to={paths.release(release.number)} />
    </Section>
  );
}

export function WayBack({ release }: { release: Release }) {
  const plan = release.rollback_plan;
  const limits = firstLimits(plan);
  const none = plan.steps.length + plan.missing.length === 0;
  return (
    <Section title={SUMMARY.back} aside={<More number={release.number} tab="plan" />}>
      {none ? (
        <p className="soft">{SUMMARY.noBack}</p>
      ) : (
        <>
          <Facts
            facts={[
              [SUMMARY.takes, <strong key="takes">{minutes(plan.minutes)}</strong>],
              [
                SUMMARY.latest,
                <Time key="latest" at={plan.latest_start} show="full" none={SUMMARY.noLatest} />,
              ],
              [SUMMARY.rehearsal, freshness(release.rehearsals.days)],
            ]}
          />
          <div className={classes.limits}>
            <RollbackLimits plan={limits} />
          </div>
          <Rest
            count={countLimits(plan) - countLimits(limits)}
            to={paths.release(release.number, 'plan')}
          />
        </>
      )}
    </Section>
  );
}
