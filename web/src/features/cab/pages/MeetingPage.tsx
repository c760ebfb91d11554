// A meeting: its agenda left, the item on the table in the middle, votes and minutes beside it.
import { useEffect, useState } from 'react';
import { paths } from '@/app/paths';
import { useAddress, useParam } from '@/lib/address';
import { useKeys } from '@/lib/keys';
import { useVerb } from '@/lib/verb';
import { pickPrimary, verbs } from '@/ui/actions';
import { Dialog, ReasonDialog } from '@/ui/Dialog';
import { InLog } from '@/ui/InLog';
import { Page, Section } from '@/ui/Page';
import { EmptyState, ErrorState, RecordSkeleton } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { Time, WindowTime } from '@/ui/Time';
import { AddDialog } from '../components/AddDialog';
import { AgendaList } from '../components/AgendaList';
import { ItemPane } from '../components/ItemPane';
import { MinutesText } from '../components/MinutesText';
import { SidePane } from '../components/SidePane';
import classes from '../components/cab.module.css';
import { meetingPath, useMeeting, type Meeting } from '../queries';
import { CAB, MEETING } from '../texts';

type Asked = 'add' | 'end' | 'cancel' | undefined;

export default function MeetingPage() {
  const id = useParam('id');
  const meeting = useMeeting(id);
  if (meeting.error) {
    return <ErrorState page error={meeting.error} retry={() => void meeting.refetch()} />;
  }
  if (!meeting.data) return <RecordSkeleton />;
  return <Shown meeting={meeting.data} />;
}

function Shown({ meeting }: { meeting: Meeting }) {
  const [asked, setAsked] = useState<Asked>();
  const path = meetingPath(meeting.number);
  const verb = useVerb(path, meeting.version, () => setAsked(undefined));
  const offered = verbs(meeting.actions, {
    start: { label: MEETING.start, key: 's', busy: verb.busy, run: () => verb.run('start') },
    next: {
      label: MEETING.next,
      key: 'n',
      busy: verb.busy,
      run: () => verb.run('next', {}, false),
    },
    end: { label: MEETING.end, run: () => setAsked('end') },
    add: { label: MEETING.add, run: () => setAsked('add') },
    cancel: { label: MEETING.cancel, danger: true, run: () => setAsked('cancel') },
  });
  const primary = pickPrimary(offered, meeting.state === 'in_session' ? turn(meeting) : ['start']);
  useKeys(
    MEETING.keys,
    offered
      .filter((item) => item.key && item.allowed)
      .map((item) => ({ keys: item.key ?? '', label: item.label, run: item.run })),
  );
  const told = meeting.state === 'ended' || meeting.state === 'lapsed';
  const over = told || meeting.state === 'cancelled';
  return (
    <Page
      wide
      number={meeting.number}
      title={meeting.board.name}
      back={{ to: paths.cab, label: MEETING.back }}
      badges={<StatePill word={meeting.state} />}
      meta={<Meta meeting={meeting} />}
      primary={over ? undefined : primary}
      others={over ? undefined : offered}
    >
      {told ? <MinutesText meeting={meeting} /> : <Room meeting={meeting} />}
      {asked === 'add' && <AddDialog verb={verb} onClose={() => setAsked(undefined)} />}
      {asked === 'end' && (
        <Dialog
          title={MEETING.endTitle}
          submit={MEETING.end}
          busy={verb.busy}
          problem={verb.problem}
          onClose={() => setAsked(undefined)}
          onSubmit={() => verb.run('end', {}, false)}
        >
          <p>{MEETING.endHelp}</p>
          <Undecided meeting={meeting} />
        </Dialog>
      )}
      {asked === 'cancel' && (
        <ReasonDialog
          title={MEETING.cancel}
          submit={MEETING.cancel}
          required
          danger
          busy={verb.busy}
          problem={verb.problem}
          onClose={() => setAsked(undefined)}
          onSubmit={(reason) => verb.run('cancel', { reason })}
        >
          <p>{MEETING.cancelHelp}</p>
        </ReasonDialog>
      )}
    </Page>
  );
}

/** What the one large button does: the next item while there is one. */
function turn(meeting: Meeting): string[] {
  const put = new Set(meeting.deferred.map((deferral) => deferral.subject.id));
  const waits = meeting.agenda.some((item) => !item.opened_at && !put.has(item.subject.id));
  return waits ? ['next', 'end'] : ['end', 'next'];
}

/** What would end without a decision, by name. */
function Undecided({ meeting }: { meeting: Meeting }) {
  const put = new Set(meeting.deferred.map((deferral) => deferral.subject.id));
  const open = meeting.agenda.filter(
    ({ subject, decision }) => (!decision || decision === 'undecided') && !put.has(subject.id),
  );
  if (open.length === 0) return null;
  return (
    <div className={classes.undecided}>
      <p>{MEETING.undecided}</p>
      <ul>
        {open.map((item) => (
          <li key={item.subject.id}>
            <span className="mono">{item.subject.number}</span> {item.subject.name}
            {!item.opened_at && <span className="soft"> {MEETING.notOpened}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Meta({ meeting }: { meeting: Meeting }) {
  const open = meeting.state === 'planned';
  return (
    <span className={classes.meta}>
      <WindowTime window={meeting.window} />
      <span>
        {open ? MEETING.closesAt : MEETING.closedAt} <Time at={meeting.cut_off} show="full" />
      </span>
      <span>
        {CAB.chair}: {meeting.chair?.name ?? CAB.noChair}
      </span>
      {meeting.state === 'lapsed' && <span>{MEETING.lapsed}</span>}
      {meeting.overrun && <span>{MEETING.overrun}</span>}
      {meeting.cancelled && (
        <span>
          {MEETING.cancelled}: {meeting.cancelled}
        </span>
      )}
      <InLog to={paths.inLog(meeting.number)} />
    </span>
  );
}

/** The room: everyone's page follows what is on the table, and may look at another item. */
function Room({ meeting }: { meeting: Meeting }) {
  const [address, change] = useAddress();
  const { current } = meeting;
  useEffect(() => {
    if (current) change({ item: undefined });
  }, [current, change]);
  const items = meeting.agenda;
  const wanted = address.item ?? current;
  const at = Math.max(
    0,
    items.findIndex((item) => item.subject.id === wanted || item.subject.number === wanted),
  );
  const chosen = items[at];
  const look = (index: number) => {
    const item = items[Math.max(0, Math.min(items.length - 1, index))];
    if (item) change({ item: item.subject.number ?? item.subject.id });
  };
  useKeys(MEETING.agenda, [
    { keys: 'j', label: MEETING.next, run: () => look(at + 1) },
    { keys: 'k', label: MEETING.previous, run: () => look(at - 1) },
  ]);
  if (!chosen) {
    return (
      <Section flush>
        <EmptyState icon="list" title={MEETING.emptyAgenda} example={MEETING.example}>
          <p>{MEETING.emptyAgendaHelp}</p>
        </EmptyState>
      </Section>
    );
  }
  return (
    <div className={classes.room}>
      <AgendaList meeting={meeting} chosen={chosen} onChoose={look} />
      <ItemPane key={chosen.subject.id} item={chosen} />
      <SidePane meeting={meeting} item={chosen} />
    </div>
  );
}
