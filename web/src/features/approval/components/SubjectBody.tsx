// What a voter weighs: what was edited, risk, scope or plans, conflicts, the way back, the round.
import { minutes } from '@/lib/dates';
import type { Schema } from '@/lib/schema';
import { Section } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { Conflicts } from '@/ui/record/Conflicts';
import { PartDifferences, recordPath } from '@/ui/record/PartDifferences';
import { RollbackSteps } from '@/ui/record/RollbackSteps';
import { RoundBody } from '@/ui/record/Rounds';
import { RefLink } from '@/ui/RefLink';
import { RiskBars } from '@/ui/RiskBars';
import { StatePill, Tier } from '@/ui/StatePill';
import type { Change, Release, Subject } from '../queries';
import { APPROVAL } from '../texts';
import classes from './approval.module.css';

interface Props {
  subject: Subject;
  round: Schema<'Round'> | undefined;
}

export function SubjectBody({ subject, round }: Props) {
  const { record } = subject;
  return (
    <>
      <div id="differences" className={classes.stack}>
        <PartDifferences path={recordPath(subject.kind, record.number)} rounds={record.rounds} />
      </div>
      <div className={classes.two}>
        <Section title={APPROVAL.risk}>
          <RiskBars risk={record.risk} />
        </Section>
        {subject.kind === 'release' ? (
          <Section title={APPROVAL.rollback}>
            <RollbackSteps plan={subject.record.rollback_plan} brief />
          </Section>
        ) : (
          <WayBack change={subject.record} />
        )}
      </div>
      {subject.kind === 'release' ? (
        <Bundle release={subject.record} />
      ) : (
        <Plans change={subject.record} />
      )}
      {round && (
        <Section title={APPROVAL.round} flush>
          <div className={classes.round}>
            <RoundBody round={round} />
          </div>
        </Section>
      )}
    </>
  );
}

function Bundle({ release }: { release: Release }) {
  return (
    <>
      <Section title={APPROVAL.scope}>
        <ol className={classes.bundle}>
          {release.changes.map((row) => (
            <li key={row.id}>
              <RefLink record={{ id: row.id, number: row.number, name: row.title }} />
              <span className={classes.facts}>
                <Tier tier={row.tier} />
                <StatePill word={row.phase} />
              </span>
            </li>
          ))}
        </ol>
        <Prose text={release.description} none="" />
      </Section>
      {release.conflicts.length > 0 && (
        <Section title={APPROVAL.conflicts} flush>
          <Conflicts conflicts={release.conflicts} />
        </Section>
      )}
    </>
  );
}

function WayBack({ change }: { change: Change }) {
  return (
    <Section title={APPROVAL.rollback}>
      {change.cannot_be_undone && (
        <p className={classes.never}>
          <strong>{APPROVAL.neverUndone}:</strong> {change.cannot_be_undone}
        </p>
      )}
      {typeof change.backout_minutes === 'number' && (
        <p className={classes.minutes}>{APPROVAL.backMinutes(minutes(change.backout_minutes))}</p>
      )}
      <Prose text={change.backout_plan} />
    </Section>
  );
}

function Plans({ change }: { change: Change }) {
  const plans: [string, string][] = [
    [APPROVAL.why, change.reason],
    [APPROVAL.implementation, change.implementation_plan],
    [APPROVAL.test, change.test_plan],
  ];
  return (
    <Section title={APPROVAL.plans}>
      <div className={classes.stack}>
        <Prose text={change.description} />
        {plans.map(([title, text]) => (
          <div key={title}>
            <h3 className={classes.small}>{title}</h3>
            <Prose text={text} />
          </div>
        ))}
      </div>
    </Section>
  );
}
