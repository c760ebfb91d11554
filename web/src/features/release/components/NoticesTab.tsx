// What is told about the release: the plan filled from the record, who is reached, how a text
// reads, and what was told.
import { Alert, Button } from '@mantine/core';
import { useState } from 'react';
import { paths } from '@/app/paths';
import { Link } from '@/ui/Link';
import { Columns, Facts, Section } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { NoticeArchive } from '@/ui/record/NoticeArchive';
import { StatePill } from '@/ui/StatePill';
import { EmptyState, ErrorState, RowsSkeleton } from '@/ui/States';
import { Time, WindowTime } from '@/ui/Time';
import { useCommunication, type Communication } from '../noticeQueries';
import { NOTICES } from '../noticeTexts';
import type { Release } from '../queries';
import { NoticePlanDialog } from './NoticePlanDialog';
import { NoticePreview } from './NoticePreview';
import { NoticeReaders } from './NoticeReaders';
import classes from './notices.module.css';

export function NoticesTab({ release }: { release: Release }) {
  const found = useCommunication(release.number);
  if (found.error) {
    return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  }
  if (!found.data) return <RowsSkeleton />;
  const plan = found.data;
  return (
    <Columns
      main={
        <>
          {plan.dead > 0 && (
            <Alert color="red" title={NOTICES.deadTitle}>
              {NOTICES.deadHelp}
            </Alert>
          )}
          <Plan plan={plan} number={release.number} />
          <NoticePreview number={release.number} />
          <NoticeArchive
            notices={plan.notices}
            retry={plan.actions.find((action) => action.name === 'retry')}
            empty={
              <EmptyState icon="bell" title={NOTICES.none} example={NOTICES.noneExample}>
                <p>{NOTICES.noneHelp}</p>
              </EmptyState>
            }
          />
        </>
      }
      side={
        <>
          <Moments plan={plan} />
          <Audience plan={plan} number={release.number} />
        </>
      }
    />
  );
}

function Plan({ plan, number }: { plan: Communication; number: string }) {
  const [open, setOpen] = useState(false);
  const edit = plan.actions.find((action) => action.name === 'edit');
  return (
    <Section
      title={NOTICES.planTitle}
      aside={
        <Button
          size="compact-sm"
          variant="default"
          disabled={!edit?.allowed}
          title={edit?.refusal?.detail}
          onClick={() => setOpen(true)}
        >
          {NOTICES.edit}
        </Button>
      }
    >
      <p className="soft">{NOTICES.planHelp}</p>
      <Facts
        facts={[
          [NOTICES.what, plan.what],
          [
            NOTICES.when,
            <span key="when">
              <WindowTime window={plan.window} />
              {plan.window && !plan.committed && (
                <span className="soft small"> {NOTICES.notCommitted}</span>
              )}
            </span>,
          ],
          [NOTICES.why, <Prose key="why" text={plan.why} />],
          [NOTICES.impact, plan.impact && <Prose key="impact" text={plan.impact} />],
          [NOTICES.downtime, plan.downtime_minutes],
          [NOTICES.action, plan.action && <Prose key="action" text={plan.action} />],
          [NOTICES.contact, plan.contact],
          [NOTICES.rollback, <Prose key="rollback" text={plan.rollback} />],
          [NOTICES.measures, plan.measures.join('; ')],
        ]}
      />
      {open && <NoticePlanDialog plan={plan} number={number} onClose={() => setOpen(false)} />}
    </Section>
  );
}

function Moments({ plan }: { plan: Communication }) {
  return (
    <Section title={NOTICES.momentsTitle} flush>
      <ul className={classes.moments}>
        {plan.moments.map((moment) => (
          <li key={moment.moment}>
            <div className={classes.line}>
              <strong>{NOTICES.moment[moment.moment]}</strong>
              <StatePill
                word={moment.state}
                label={NOTICES.state[moment.state]}
                tone={moment.state === 'told' ? 'clear' : undefined}
              />
            </div>
            <p className="soft small">
              {moment.due_at && (
                <>
                  {NOTICES.dueAt} <Time at={moment.due_at} show="full" />
                  {' · '}
                </>
              )}
              {!moment.due_at && moment.told_at && (
                <>
                  <Time at={moment.told_at} show="full" />
                  {' · '}
                </>
              )}
              {moment.responsible?.name ?? '–'}
              {moment.responsible && !moment.named && ` (${NOTICES.standsIn})`}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Audience({ plan, number }: { plan: Communication; number: string }) {
  const [open, setOpen] = useState(false);
  const mayList = plan.actions.some((action) => action.name === 'edit' && action.allowed);
  return (
    <Section
      title={NOTICES.audienceTitle}
      aside={
        mayList &&
        plan.people > 0 && (
          <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
            {NOTICES.list}
          </Button>
        )
      }
    >
      <p className={classes.total}>{NOTICES.people(plan.people)}</p>
      <ul className={classes.counts}>
        {plan.audience.map((count) => (
          <li key={count.audience}>
            <span>{NOTICES.audience[count.audience]}</span>
            <span className="num">{count.people}</span>
          </li>
        ))}
      </ul>
      {plan.groups.length === 0 ? (
        <EmptyState icon="teams" title={NOTICES.noGroups} example={NOTICES.noGroupsExample}>
          <p>{NOTICES.noGroupsHelp}</p>
          <p>
            <Link to={paths.userGroups}>{NOTICES.userGroups}</Link>
          </p>
        </EmptyState>
      ) : (
        <ul className={classes.groups}>
          {plan.groups.map(({ group, audience, members, added }) => (
            <li key={group.id}>
              {group.name}{' '}
              <span className="soft small">
                {NOTICES.audience[audience]}, {NOTICES.people(members)}
                {added && `, ${NOTICES.added}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {open && <NoticeReaders number={number} onClose={() => setOpen(false)} />}
    </Section>
  );
}
