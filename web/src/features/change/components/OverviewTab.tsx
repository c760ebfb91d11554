// What and why, whom it touches, and the facts of the record.
import { paths } from '@/app/paths';
import { queryText } from '@/lib/client';
import { minutes } from '@/lib/dates';
import { actionOf } from '@/ui/actions';
import { Link } from '@/ui/Link';
import { Columns, Facts, Section } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { RefLink } from '@/ui/RefLink';
import { AdviceSection } from '@/ui/record/AdviceSection';
import { Known } from '@/ui/record/Known';
import { Links } from '@/ui/record/Links';
import { StatePill } from '@/ui/StatePill';
import { placeOf, wordOf } from '@/ui/texts';
import { Time } from '@/ui/Time';
import { FORMS } from '../fieldPlaces';
import { changePath, type Change } from '../queries';
import { texts } from '../texts';
import { CausedIncidents } from './CausedIncidents';
import { WhatFields, WhenFields, WhereFields, WhoFields } from './ChangeFields';
import { EditSection } from './EditSection';
import { ToldOfIt } from './ToldOfIt';
import classes from './change.module.css';

const { fields, overview } = texts;

export function OverviewTab({ change }: { change: Change }) {
  return (
    <Columns
      main={
        <>
          {(change.outcome ?? change.outcome_note) && (
            <Section title={overview.outcome}>
              <p className={classes.first}>
                <StatePill word={change.outcome ?? change.phase} />
              </p>
              {change.outcome_note && <Prose text={change.outcome_note} />}
            </Section>
          )}
          <EditSection
            change={change}
            title={overview.what}
            names={FORMS.what}
            fields={(form) => <WhatFields form={form} typeFixed={change.phase !== 'draft'} />}
          >
            <h3 className={classes.label}>{fields.description}</h3>
            <Prose text={change.description} />
            <h3 className={classes.label}>{fields.reason}</h3>
            <Prose text={change.reason} />
          </EditSection>
          <EditSection
            change={change}
            title={overview.impact}
            names={FORMS.where}
            fields={(form) => <WhereFields form={form} />}
          >
            <Facts facts={known(impactFacts(change))} />
          </EditSection>
          <Links
            links={change.links}
            path={changePath(change.id)}
            version={change.version}
            may={actionOf(change.actions, 'set_links')}
            settle={actionOf(change.actions, 'settle_links')}
          />
          <Known record={change.number} />
          <CausedIncidents change={change.number} />
          <ToldOfIt change={change.number} />
        </>
      }
      side={
        <>
          <EditSection
            change={change}
            title={overview.facts}
            names={FORMS.who}
            fields={(form) => (
              <>
                <WhoFields form={form} />
                <WhenFields form={form} subject={change.number} />
              </>
            )}
          >
            <Facts facts={known(recordFacts(change))} />
          </EditSection>
          <AdviceSection change={change} newRelease={paths.newRelease} />
        </>
      }
    />
  );
}

/** A fact that is not known reads as a dash. */
function known(facts: [string, React.ReactNode][]): [string, React.ReactNode][] {
  return facts.map(([name, value]) => [name, value === false ? undefined : value]);
}

function impactFacts(change: Change): [string, React.ReactNode][] {
  return [
    [
      fields.services,
      change.services.length > 0 && (
        <ul className={classes.inline}>
          {change.services.map((service) => (
            <li key={service.id}>
              <RefLink record={service} to={paths.service(service.id)} />
            </li>
          ))}
        </ul>
      ),
    ],
    [fields.environment, placeOf(change)],
    [fields.customer_impact, change.customer_impact && wordOf(change.customer_impact)],
    [fields.outages, <Outages key="outages" change={change} />],
    [
      fields.tags,
      change.tags.length > 0 && (
        <span className={classes.tags}>
          {change.tags.map((tag) => (
            <span key={tag} className={classes.tag}>
              {tag}
            </span>
          ))}
        </span>
      ),
    ],
  ];
}

function Outages({ change }: { change: Change }) {
  if (change.outages.length === 0) return <span className="soft">{overview.noOutage}</span>;
  const nameOf = (service: string) =>
    change.services.find((each) => each.id === service)?.name ?? service;
  return (
    <ul className={classes.inline}>
      {change.outages.map((outage) => (
        <li key={outage.service}>
          {nameOf(outage.service)} <strong className="num">{minutes(outage.minutes)}</strong>
        </li>
      ))}
    </ul>
  );
}

function recordFacts(change: Change): [string, React.ReactNode][] {
  const facts: [string, React.ReactNode][] = [
    [fields.requester, change.requester?.name],
    [fields.implementer, change.implementer?.name],
    [fields.team, change.team?.name],
    [fields.category, change.category && wordOf(change.category)],
    [fields.people_needed, change.people_needed],
    [
      fields.effort,
      change.effort_minutes !== null &&
        change.effort_minutes !== undefined &&
        minutes(change.effort_minutes),
    ],
    [fields.created, <Time key="created" at={change.created_at} />],
    [fields.updated, <Time key="updated" at={change.updated_at} />],
  ];
  const { started_at, finished_at, review, imported } = change;
  if (started_at) facts.push([fields.started, <Time key="s" at={started_at} show="full" />]);
  if (finished_at) facts.push([fields.finished, <Time key="f" at={finished_at} show="full" />]);
  if (review) {
    const to = paths.review(review.number ?? review.id);
    facts.push([fields.review, <RefLink key="review" record={review} to={to} />]);
  }
  if (['implement', 'review', 'closed'].includes(change.phase)) {
    const to = paths.incidents + queryText({ caused_by: change.number });
    facts.push([
      fields.incidents,
      <Link key="incidents" to={to}>
        {texts.causedBy}
      </Link>,
    ]);
  }
  if (imported) {
    facts.push([
      fields.source,
      <span key="source">
        {imported.source} <span className="mono">{imported.number}</span>{' '}
        <span className="soft">({imported.zone})</span>
      </span>,
    ]);
  }
  return facts;
}
