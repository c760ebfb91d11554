// What was told of a record, the latest first: to how many, what still waits, what could not be
// delivered; and each notice with its texts and its readers.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { get } from '@/lib/client';
import { usePages } from '@/lib/pages';
import type { Action, Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { DataTable, type Column } from '../DataTable';
import { Section } from '../Page';
import { say } from '../say';
import { Sheet } from '../Sheet';
import { StatePill } from '../StatePill';
import { ProblemNote } from '../States';
import { Time } from '../Time';
import { ARCHIVE, AUDIENCES, TOLD } from './noticeTexts';
import classes from './NoticeArchive.module.css';

type Notice = Schema<'Notice'>;
type Delivery = Schema<'Delivery'>;

interface Props {
  notices: Notice[];
  /** The action that sends again what was given up. */
  retry: Pick<Action, 'allowed' | 'refusal'> | undefined;
  /** What is shown where nothing was told. */
  empty?: ReactNode;
}

export function NoticeArchive({ notices, retry, empty }: Props) {
  const [open, setOpen] = useState<Notice>();
  return (
    <Section title={ARCHIVE.title} flush>
      {notices.length === 0 ? (
        empty
      ) : (
        <ul className={classes.archive}>
          {notices.map((notice) => (
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
  const write = useWrite<Schema<'Retried'>>(() => say(ARCHIVE.retried));
  const name = TOLD[notice.moment] ?? notice.moment;
  const counts: [number, string, 'clear' | 'waiting' | 'stop' | 'faint'][] = [
    [notice.sent, ARCHIVE.toldCount(notice.sent), 'clear'],
    [notice.waiting, ARCHIVE.waitingCount(notice.waiting), 'waiting'],
    [notice.in_doubt, ARCHIVE.doubtCount(notice.in_doubt), 'waiting'],
    [notice.dead, ARCHIVE.deadCount(notice.dead), 'stop'],
    [notice.superseded, ARCHIVE.supersededCount(notice.superseded), 'faint'],
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
              {ARCHIVE.retry}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            onClick={onOpen}
            aria-label={`${ARCHIVE.readers}: ${name}`}
          >
            {ARCHIVE.readers}
          </Button>
        </span>
      </div>
      <p className={classes.choices}>
        {notice.people === 0 && <span className="soft">{ARCHIVE.nobody}</span>}
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
    header: ARCHIVE.columns.who,
    cell: ({ person, address, channel }) => person?.name ?? address ?? channel?.name,
  },
  { key: 'by', header: ARCHIVE.columns.by, cell: ({ by }) => ARCHIVE.by[by] },
  {
    key: 'state',
    header: ARCHIVE.columns.state,
    cell: ({ state, in_doubt: doubt, quiet, next_at: next }) => (
      <>
        <StatePill
          word={state}
          label={ARCHIVE.sent[state]}
          tone={state === 'sent' ? 'clear' : state === 'dead' ? 'stop' : undefined}
        />
        {doubt && <span className="soft small"> {ARCHIVE.inDoubt}</span>}
        {quiet && next && (
          <span className="soft small">
            {' '}
            {ARCHIVE.waitsUntil} <Time at={next} show="full" /> {ARCHIVE.quiet}
          </span>
        )}
      </>
    ),
  },
  {
    key: 'at',
    header: ARCHIVE.columns.at,
    cell: (row) => <Time at={row.sent_at ?? row.next_at} show="full" />,
  },
  { key: 'why', header: ARCHIVE.columns.why, cell: ({ reason }) => reason },
];

interface ReadersProps {
  notice: Notice;
  mayList: boolean;
  onClose: () => void;
}

function Readers({ notice, mayList, onClose }: ReadersProps) {
  const whole = useQuery({
    queryKey: ['/notices', notice.id],
    queryFn: ({ signal }) => get<Notice>(`/notices/${encodeURIComponent(notice.id)}`, {}, signal),
  });
  const pages = usePages<Delivery>(`/notices/${notice.id}/deliveries`, {}, mayList);
  const title = ARCHIVE.readersTitle(TOLD[notice.moment] ?? notice.moment);
  return (
    <Sheet title={title} width={840} onClose={onClose}>
      <ul className={classes.texts}>
        {(whole.data?.texts ?? []).map((text) => (
          <li key={`${text.audience} ${text.zone}`}>
            <p className="soft small">
              {AUDIENCES[text.audience]}, {text.zone}
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
          empty={<p className="soft">{ARCHIVE.nobody}</p>}
        />
      )}
    </Sheet>
  );
}
