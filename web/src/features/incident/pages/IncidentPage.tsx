// One incident: what is known, what is hit, what caused it, and its history.
import { useState } from 'react';
import { paths } from '@/app/paths';
import { useAddress, useParam } from '@/lib/address';
import { queryText } from '@/lib/client';
import { span } from '@/lib/dates';
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import type { Ref } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { actionOf } from '@/ui/actions';
import type { ActionItem } from '@/ui/actions';
import { Form } from '@/ui/Form';
import { LinkTabs } from '@/ui/LinkTabs';
import { Columns, Facts, Page, Section } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { Comments } from '@/ui/record/Comments';
import { History } from '@/ui/record/History';
import { Links } from '@/ui/record/Links';
import { RefLink } from '@/ui/RefLink';
import { say } from '@/ui/say';
import { StatePill } from '@/ui/StatePill';
import { ErrorState, ProblemNote, RecordSkeleton } from '@/ui/States';
import { Time, useNow } from '@/ui/Time';
import { IncidentFields } from '../components/IncidentFields';
import { NearChanges } from '../components/NearChanges';
import { Priority } from '../components/Priority';
import { fieldsOf, valuesOf, type IncidentValues } from '../incidentForm';
import { incidentPath, useIncident, type Incident } from '../queries';
import { texts } from '../texts';

const { fields } = texts;
const TABS = ['overview', 'history'] as const;

export default function IncidentPage() {
  const incident = useIncident(useParam('id'));
  if (incident.error) {
    return <ErrorState page error={incident.error} retry={() => void incident.refetch()} />;
  }
  if (!incident.data) return <RecordSkeleton />;
  return <IncidentView incident={incident.data} />;
}

function IncidentView({ incident }: { incident: Incident }) {
  const [editing, setEditing] = useState(false);
  const [address] = useAddress();
  const tab = TABS.find((each) => each === address.tab) ?? 'overview';
  const move = useWrite(() => say(texts.saved));
  const edit = incident.actions.find((action) => action.name === 'edit');
  const verbs = stateVerbs(incident, edit?.allowed ?? true, edit?.refusal, (body) =>
    move.mutate({
      method: 'PATCH',
      path: incidentPath(incident.id),
      version: incident.version,
      body,
    }),
  );
  const editVerb: ActionItem = {
    name: 'edit',
    label: texts.edit,
    allowed: edit?.allowed ?? true,
    refusal: edit?.refusal,
    run: () => setEditing(true),
  };
  return (
    <Page
      title={incident.title}
      number={incident.number}
      back={{ to: paths.incidents, label: texts.back }}
      badges={
        <>
          <Priority level={incident.priority} />
          <StatePill word={incident.state} />
        </>
      }
      primary={verbs[0] ?? editVerb}
      others={[editVerb, ...verbs.slice(1)]}
    >
      <ProblemNote error={move.error} />
      <LinkTabs
        label={texts.tabsLabel}
        current={tab}
        tabs={TABS.map((key) => ({
          key,
          label: texts.tabs[key],
          to:
            paths.incident(incident.number) +
            queryText({ tab: key === 'history' ? key : undefined }),
        }))}
      />
      {editing ? (
        <EditForm incident={incident} onEnd={() => setEditing(false)} />
      ) : tab === 'history' ? (
        <Section flush>
          <History subject={incident.number} />
        </Section>
      ) : (
        <Columns
          main={
            <>
              <Section title={texts.about}>
                <Prose text={incident.description} />
              </Section>
              <Section title={texts.hit}>
                <Facts
                  facts={[
                    [fields.services, <Refs key="s" refs={incident.services} to={paths.service} />],
                    [fields.cis, <Refs key="c" refs={incident.cis} to={paths.ci} />],
                  ]}
                />
              </Section>
              <NearChanges incident={incident} />
              <Comments
                comments={incident.comments}
                path={incidentPath(incident.id)}
                may={actionOf(incident.actions, 'comments')}
              />
            </>
          }
          side={
            <>
              <Section title={texts.facts}>
                <IncidentFacts incident={incident} />
              </Section>
              <Links
                asField
                links={incident.links}
                path={incidentPath(incident.id)}
                version={incident.version}
                may={actionOf(incident.actions, 'edit')}
              />
            </>
          }
        />
      )}
    </Page>
  );
}

/** The next state first: resolve what is open, close what is resolved. */
function stateVerbs(
  incident: Incident,
  allowed: boolean,
  refusal: ActionItem['refusal'],
  send: (body: object) => void,
): ActionItem[] {
  const words = texts.verbs;
  const verb = (name: keyof typeof words, body: object): ActionItem => ({
    name,
    label: words[name],
    allowed,
    refusal,
    run: () => send(body),
  });
  const resolved_at = incident.resolved_at ?? new Date().toISOString();
  if (incident.state === 'open') return [verb('resolve', { state: 'resolved', resolved_at })];
  const reopen = verb('reopen', { state: 'open', resolved_at: null });
  if (incident.state === 'resolved') return [verb('close', { state: 'closed' }), reopen];
  return [reopen];
}

function IncidentFacts({ incident }: { incident: Incident }) {
  const now = useNow();
  const { resolved_at, opened_at, caused_by, imported } = incident;
  const end = resolved_at ? Date.parse(resolved_at) : now.getTime();
  const lasted = span(end - Date.parse(opened_at));
  const facts: [string, React.ReactNode][] = [
    [fields.opened_at, <Time key="opened" at={opened_at} show="full" />],
    [fields.resolved_at, <Time key="resolved" at={resolved_at} show="full" />],
    [fields.lasted, resolved_at ? lasted : texts.stillOpen(lasted)],
    [fields.assignee, incident.assignee?.name],
    [
      fields.caused_by,
      caused_by && (
        <RefLink
          key="cause"
          record={caused_by}
          to={paths.change(caused_by.number ?? caused_by.id)}
        />
      ),
    ],
  ];
  if (imported) facts.push([fields.source, `${imported.source} ${imported.number}`]);
  return <Facts facts={facts} />;
}

function Refs({ refs, to }: { refs: Ref[]; to: (id: string) => string }) {
  if (refs.length === 0) return <span className="soft">{texts.none}</span>;
  return refs.map((record, index) => (
    <span key={record.id}>
      {index > 0 && ', '}
      <RefLink record={record} to={to(record.id)} />
    </span>
  ));
}

function EditForm({ incident, onEnd }: { incident: Incident; onEnd: () => void }) {
  const zone = useZone();
  const key = `${incident.id}:${incident.version}`;
  const form = useForm<IncidentValues>(valuesOf(incident, zone), key);
  const end = () => {
    form.reset();
    onEnd();
  };
  const write = useWrite(() => {
    say(texts.saved);
    end();
  });
  const save = () =>
    write.mutate(
      {
        method: 'PATCH',
        path: incidentPath(incident.id),
        version: incident.version,
        body: fieldsOf(form.changes(), zone),
      },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  return (
    <Section>
      <Form
        onSubmit={save}
        submit={texts.save}
        busy={write.isPending}
        errors={form.errors}
        problem={write.error}
        onCancel={end}
      >
        <IncidentFields form={form} />
      </Form>
    </Section>
  );
}
