// What was told of a change: to its people, to those whose votes it waits for, to whoever waits for
// the work; and what could not be delivered, which is sent again from here.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Page, Schema } from '@/lib/schema';
import { useOffer } from '@/ui/offer';
import { NoticeArchive } from '@/ui/record/NoticeArchive';
import { ARCHIVE } from '@/ui/record/noticeTexts';

const SHOWN_MAX = 20;
const nothing = () => undefined;

export function ToldOfIt({ change }: { change: string }) {
  const query = { change, limit: SHOWN_MAX };
  const notices = useQuery({
    queryKey: ['/notices', query],
    queryFn: ({ signal }) => get<Page<Schema<'Notice'>>>('/notices', { ...query }, signal),
  });
  const retry = useOffer('notice.write', ARCHIVE.retry, nothing);
  const items = notices.data?.items ?? [];
  if (items.length === 0) return null;
  return <NoticeArchive notices={items} retry={retry} />;
}
