// Everyone who is told of the release, once each, before anything is sent.
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { DataTable, type Column } from '@/ui/DataTable';
import { Sheet } from '@/ui/Sheet';
import { communicationPath } from '../noticeQueries';
import { NOTICES } from '../noticeTexts';

type Reader = Schema<'Reader'>;

const COLUMNS: Column<Reader>[] = [
  {
    key: 'who',
    header: NOTICES.who,
    cell: ({ person, address }) => (
      <>
        {person?.name ?? address}
        {person && address && <span className="soft small"> {address}</span>}
      </>
    ),
  },
  {
    key: 'audience',
    header: NOTICES.audienceLabel,
    cell: ({ audience }) => NOTICES.audience[audience],
  },
  { key: 'zone', header: NOTICES.zone, cell: ({ zone }) => zone },
];

export function NoticeReaders({ number, onClose }: { number: string; onClose: () => void }) {
  const pages = usePages<Reader>(`${communicationPath(number)}/audience`);
  return (
    <Sheet title={NOTICES.listTitle} width={720} onClose={onClose}>
      <DataTable
        label={NOTICES.listTitle}
        columns={COLUMNS}
        pages={pages}
        rowKey={(row) => row.address ?? row.person?.id ?? ''}
        empty={<p className="soft">{NOTICES.nobody}</p>}
      />
    </Sheet>
  );
}
