// What was told, the latest first: to how many, what still waits, what could not be delivered; and
// each notice with its texts and its readers.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { DataTable, type Column } from '@/ui/DataTable';
import { Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { Sheet } from '@/ui/Sheet';
import { StatePill } from '@/ui/StatePill';
import { EmptyState, ProblemNote } from '@/ui/States';
import { Time } from '@/ui/Time';
import { useNotice, type Communication, type Notice } from '../noticeQueries';
import { NOTICES } from '../noticeTexts';
import classes from './notices.module.css';

type Delivery = Schema<'Delivery'>;

export function NoticeArchive({ plan }: { plan: Communication }) {
  const [open, setOpen] = useState<Notice>();
  const retry = plan.actions.find((action) => action.name === 'retry');
  return (
    <Section title={NOTICES.archiveTitle} flush>
      {plan.notices.length === 0 ? (
        <EmptyState icon="bell" title={NOTICES.none} example={NOTICES.noneExample}>
          <p>{NOTICES.noneHelp}</p>
        </EmptyState>
      ) : (
        <ul className={classes.archive}>
          {plan.notices.map((notice) => (
            <li key={notice.id}>
              <Told
                notice={notice}
                mayRetry={retry?.allowed ?? false}
                refused={retry?.refusal?.detail}
                onOpen={() => setOpen(notice)}
              />
            </li>
          ))}
        </ul>
      )}
      {open && (
        <Readers
          notice={open}
          mayList={retry?.allowed ?? false}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Section>
  );
}

interface ToldProps {
  notice: Notice;
  mayRetry: boolean;
  refused?: string;
  onOpen: () => void;
}

function Told({ notice, mayRetry, refused, onOpen }: ToldProps) {
  const write = useWrite<Schema<'Retried'>>(() => say(NOTICES.retried));
  const name = NOTICES.moment[notice.moment] ?? notice.moment;
  const counts: [number, string, 'clear' | 'waiting' | 'stop' | 'faint'][] = [
    [notice.sent, NOTICES.toldCount(notice.sent), 'clear'],
    [notice.waiting, NOTICES.waitingCount(notice.waiting), 'waiting'],
    [notice.in_doubt, NOTICES.doubtCount(notice.in_doubt), 'waiting'],
    [notice.dead, NOTICES.deadCount(notice.dead), 'stop'],
    [notice.superseded, NOTICES.supersededCount(notice.superseded), 'faint'],
  ];
  return (
    <>
      <div className={classes.line}>
        <span>
          <strong>{name}</strong> <Time at={notice.at} show="full" />
        </span>
        <span className={classes.choices}>
          {notice.dead > 0 && (
            <Button
              size="compact-sm"
              variant="default"
              loading={write.isPending}
              disabled={!mayRetry}
              title={refused}
              onClick={() => write.mutate({ path: `/notices/${notice.id}/retry`, body: {} })}
            >
              {NOTICES.retry}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            onClick={onOpen}
            aria-label={`${NOTICES.readers}: ${name}`}
          >
            {NOTICES.readers}
          </Button>
        </span>
      </div>
      <p className={classes.choices}>
        {notice.people === 0 && <span className="soft">{NOTICES.nobody}</span>}
        {counts
          .filter(([count]) => count > 0)
          .map(([, label, tone]) => (
            <StatePill key={label} word={label} label={label} tone={tone} />
          ))}
      </p>
      <ProblemNote error={write.error} />
    </>
  );
}

const COLUMNS: Column<Delivery>[] = [
  {
    key: 'who',
    header: NOTICES.columns.who,
    cell: ({ person, address, channel }) => person?.name ?? address ?? channel?.name,
  },
  { key: 'by', header: NOTICES.columns.by, cell: ({ by }) => NOTICES.by[by] },
  {
    key: 'state',
    header: NOTICES.columns.state,
    cell: ({ state, in_doubt: doubt, quiet, next_at: next }) => (
      <>
        <StatePill
          word={state}
          label={NOTICES.sent[state]}
          tone={state === 'sent' ? 'clear' : state === 'dead' ? 'stop' : undefined}
        />
        {doubt && <span className="soft small"> {NOTICES.inDoubt}</span>}
        {quiet && next && (
          <span className="soft small">
            {' '}
            {NOTICES.waitsUntil} <Time at={next} show="full" /> {NOTICES.quiet}
          </span>
        )}
      </>
    ),
  },
  {
    key: 'at',
    header: NOTICES.columns.at,
    cell: (row) => <Time at={row.sent_at ?? row.next_at} show="full" />,
  },
  { key: 'why', header: NOTICES.columns.why, cell: ({ reason }) => reason },
];

interface ReadersProps {
  notice: Notice;
  mayList: boolean;
  onClose: () => void;
}

function Readers({ notice, mayList, onClose }: ReadersProps) {
  const whole = useNotice(notice.id);
  const pages = usePages<Delivery>(`/notices/${notice.id}/deliveries`, {}, mayList);
  const title = NOTICES.readersTitle(NOTICES.moment[notice.moment] ?? notice.moment);
  return (
    <Sheet title={title} width={840} onClose={onClose}>
      <ul className={classes.texts}>
        {(whole.data?.texts ?? []).map((text) => (
          <li key={`${text.audience} ${text.zone}`}>
            <p className="soft small">
              {NOTICES.audience[text.audience]}, {text.zone}
            </p>
            <p className={classes.subject}>{text.subject}</p>
            <pre className={classes.text}>{text.body}</pre>
          </li>
        ))}
      </ul>
      {mayList && (
        <DataTable
          label={title}
          columns={COLUMNS}
          pages={pages}
          rowKey={(row) => `${row.by} ${row.address ?? row.person?.id ?? row.channel?.id}`}
          empty={<p className="soft">{NOTICES.nobody}</p>}
        />
      )}
    </Sheet>
  );
}
