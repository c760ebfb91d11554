// One change: what it is, the route from here to done, its verbs, and its parts in tabs.
import { useState, type ReactNode } from 'react';
import { paths } from '@/app/paths';
import { useGo, useParam } from '@/lib/address';
import { useKeys } from '@/lib/keys';
import { useVerb } from '@/lib/verb';
import { useWrite } from '@/lib/write';
import { actionOf, type ActionItem } from '@/ui/actions';
import { LinkTabs } from '@/ui/LinkTabs';
import { Columns, Page, Section } from '@/ui/Page';
import { PhaseLine } from '@/ui/PhaseLine';
import { Comments } from '@/ui/record/Comments';
import { blocks } from '@/ui/record/blockersFirst';
import { Conflicts } from '@/ui/record/Conflicts';
import { Exceptions } from '@/ui/record/Exceptions';
import { Gates } from '@/ui/record/Gates';
import { MoveToFree } from '@/ui/record/MoveToFree';
import { LongerWindow } from '@/ui/record/LongerWindow';
import { History } from '@/ui/record/History';
import { Tasks } from '@/ui/record/Tasks';
import { OnHold } from '@/ui/record/OnHold';
import { useConflicts } from '@/ui/record/useConflicts';
import { Watch } from '@/ui/record/Watch';
import { RiskBars } from '@/ui/RiskBars';
import { Route } from '@/ui/Route';
import { say } from '@/ui/say';
import { StatePill } from '@/ui/StatePill';
import { ErrorState, ProblemNote, RecordSkeleton, RowsSkeleton } from '@/ui/States';
import { placeOf, wordOf } from '@/ui/texts';
import { ActionDialogs, asksFirst } from '../components/ActionDialogs';
import { ApprovalsTab } from '../components/ApprovalsTab';
import { CisTab } from '../components/CisTab';
import { OverviewTab } from '../components/OverviewTab';
import { PlansTab } from '../components/PlansTab';
import { WindowLine } from '../components/WindowLine';
import { missingField } from '../fieldPlaces';
import { changePath, useChange, type Change } from '../queries';
import { PHASES, texts } from '../texts';
import { useElsewhere } from '../useElsewhere';
import { changeActions } from '../verbs';
import classes from '../components/change.module.css';

const TABS = [
  'overview',
  'plans',
  'risk',
  'approvals',
  'conflicts',
  'cis',
  'tasks',
  'discussion',
  'history',
] as const;
type Tab = (typeof TABS)[number];

const LAMP_TABS: [string, Tab | undefined][] = [
  ['plans', 'plans'],
  ['risk', 'risk'],
  ['approvals', 'approvals'],
  ['conflicts', 'conflicts'],
];

export default function ChangePage() {
  const change = useChange(useParam('id'));
  if (change.error)
    return <ErrorState page error={change.error} retry={() => void change.refetch()} />;
  if (!change.data) return <RecordSkeleton />;
  return <ChangeView change={change.data} />;
}

function ChangeView({ change }: { change: Change }) {
  const named = useParam('tab');
  const tab = TABS.find((each) => each === named) ?? 'overview';
  const { actions, verb, send, setVerb, blockers } = useChangeVerbs(change);
  const elsewhere = useElsewhere(change);
  return (
    <Page
      title={change.title}
      number={change.number}
      back={{ to: paths.changes, label: texts.back }}
      badges={<Badges change={change} />}
      meta={<Meta change={change} />}
      primary={actions.primary}
      others={actions.others}
      elsewhere={[...actions.all, ...elsewhere]}
      tools={
        <Watch
          path={changePath(change.id)}
          watched={change.watched}
          watchers={change.watchers}
          version={change.version}
        />
      }
    >
      {!verb && <ProblemNote error={send.problem} />}
      <PhaseLine
        phases={PHASES}
        current={change.phase}
        held={change.held}
        cancelled={change.phase === 'cancelled'}
        failed={failureOf(change)}
      />
      <OnHold hold={change.hold} resume={actions.all.find((item) => item.name === 'resume')} />
      <WindowLine change={change} />
      <LongerWindow record={change} path={changePath(change.id)} />
      <Route
        lamps={change.route}
        actions={actions.all}
        places={lampPlaces(change)}
        field={(error) => missingField(change, error)}
        label={texts.routeLabel(change.number)}
      />
      <Tabs change={change} current={tab} />
      <TabContent change={change} tab={tab} actions={actions.all} />
      <ActionDialogs
        blockers={blockers}
        verb={verb}
        change={change}
        send={send}
        onClose={() => setVerb(undefined)}
      />
    </Page>
  );
}

/** The tab where the matter of a lamp is read. */
function lampPlaces(change: Change): Record<string, string> {
  const places = LAMP_TABS.map(([lamp, tab]) => [lamp, paths.change(change.number, tab)]);
  const review = change.review && paths.review(change.review.number ?? change.review.id);
  const tasks = change.tasks.some((task) => task.required && !task.done);
  return {
    ...Object.fromEntries(places),
    ...(tasks ? { work: paths.change(change.number, 'tasks') } : {}),
    ...(review ? { review } : {}),
  };
}

function useChangeVerbs(change: Change) {
  const go = useGo();
  const [verb, setVerb] = useState<string>();
  const send = useVerb(changePath(change.id), change.version, (done) => {
    setVerb(undefined);
    say(texts.done[done] ?? texts.saved);
  });
  const clone = useWrite((answer) => {
    say(texts.done.clone ?? texts.saved);
    go(paths.change(answer.number ?? answer.id));
  });
  const blockers = useConflicts(change.number).data?.filter(blocks) ?? [];
  const start = (name: string) => {
    if (name === 'clone') clone.mutate({ path: `${changePath(change.id)}/clone`, body: {} });
    else if (asksFirst(name, blockers.length > 0)) setVerb(name);
    else send.run(name);
  };
  const actions = changeActions(change, start, send.busy || clone.isPending);
  const keyed = actions.all.filter((item) => item.key && item.allowed);
  useKeys(
    change.number,
    keyed.map((item) => ({ keys: item.key ?? '', label: item.label, run: item.run })),
  );
  return {
    blockers,
    actions,
    verb,
    setVerb,
    send: { ...send, problem: send.problem ?? clone.error },
  };
}

/** A change whose work failed does not read as done. */
function failureOf(change: Change): { from: string; word: string } | undefined {
  const failed = change.outcome?.startsWith('failed_');
  return failed ? { from: 'implement', word: wordOf(change.outcome) } : undefined;
}

function Badges({ change }: { change: Change }) {
  return (
    <>
      <StatePill
        word={change.type}
        label={wordOf(change.type)}
        tone={change.type === 'emergency' ? 'stop' : 'neutral'}
      />
      {change.held && <StatePill word="held" label={texts.list.onHold} />}
      {change.unauthorised && <StatePill word="unauthorised" tone="stop" />}
      {change.overdue_since && <StatePill word="overdue" />}
      {change.outcome && <StatePill word={change.outcome} />}
      {change.imported && (
        <StatePill
          word="imported"
          label={texts.importedAs(`${change.imported.source} ${change.imported.number}`)}
          tone="faint"
        />
      )}
    </>
  );
}

function Meta({ change }: { change: Change }) {
  const { fields } = texts;
  return (
    <>
      {change.requester && (
        <span>
          {fields.requester} {change.requester.name}
        </span>
      )}
      {change.implementer && (
        <span>
          {fields.implementer} {change.implementer.name}
        </span>
      )}
      {change.team && <span>{change.team.name}</span>}
      <span>{placeOf(change)}</span>
    </>
  );
}

function Tabs({ change, current }: { change: Change; current: Tab }) {
  const conflicts = useConflicts(change.number);
  const counts: Partial<Record<Tab, number>> = {
    conflicts: conflicts.data?.filter((each) => each.state === 'open').length,
    tasks: change.tasks.filter((task) => task.required && !task.done).length,
  };
  return (
    <LinkTabs
      label={texts.tabsLabel}
      current={current}
      tabs={TABS.map((key) => ({
        key,
        label: texts.tabs[key],
        to: paths.change(change.number, key === 'overview' ? undefined : key),
        count: counts[key],
        warns: key === 'conflicts' && !conflicts.data?.some(blocks),
      }))}
    />
  );
}

interface TabContentProps {
  change: Change;
  tab: Tab;
  actions: ActionItem[];
}

function TabContent({ change, tab, actions }: TabContentProps): ReactNode {
  const path = changePath(change.id);
  switch (tab) {
    case 'overview':
      return (
        <>
          <OverviewTab change={change} />
          <Gates record={change.number} />
        </>
      );
    case 'plans':
      return <PlansTab change={change} />;
    case 'risk':
      return (
        <Section title={texts.risk.title}>
          <p className={classes.help}>{texts.risk.help}</p>
          <RiskBars risk={change.risk} />
        </Section>
      );
    case 'approvals':
      return <ApprovalsTab change={change} actions={actions} />;
    case 'conflicts':
      return <ConflictsTab change={change} />;
    case 'cis':
      return <CisTab change={change} />;
    case 'tasks':
      return <Tasks record={change} path={path} />;
    case 'discussion':
      return <Discussion change={change} path={path} />;
    case 'history':
      return (
        <Section flush>
          <History subject={change.number} />
        </Section>
      );
  }
}

function ConflictsTab({ change }: { change: Change }) {
  const conflicts = useConflicts(change.number);
  if (conflicts.error) {
    return <ErrorState error={conflicts.error} retry={() => void conflicts.refetch()} />;
  }
  if (!conflicts.data) return <RowsSkeleton rows={4} />;
  return (
    <>
      <Section flush>
        <MoveToFree subject={change.number} window={change.window} conflicts={conflicts.data} />
        <Conflicts conflicts={conflicts.data} of={change.id} />
      </Section>
      <Exceptions subject={change.number} />
    </>
  );
}

function Discussion({ change, path }: { change: Change; path: string }) {
  const words = texts.discussion;
  return (
    <Columns
      main={
        <Comments
          comments={change.comments}
          path={path}
          may={actionOf(change.actions, 'comment')}
        />
      }
      side={
        <Section title={words.watchers}>
          {change.watchers.length === 0 ? (
            <p className="soft">{words.noWatchers}</p>
          ) : (
            <ul className={classes.people}>
              {change.watchers.map((person) => (
                <li key={person.id}>{person.name}</li>
              ))}
            </ul>
          )}
        </Section>
      }
    />
  );
}
