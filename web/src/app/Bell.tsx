// The bell: how many notices were not read, and the way to them.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { usePolling } from '@/lib/live';
import type { Schema } from '@/lib/schema';
import { Icon } from '@/ui/icons';
import { Link } from '@/ui/Link';
import { paths } from './paths';
import { SHELL } from './texts';
import classes from './Bell.module.css';

/** More than this is not counted out. */
const SHOWN_MAX = 99;

export function Bell() {
  const inbox = useQuery({
    queryKey: ['/inbox', 'unread'],
    refetchInterval: usePolling(60_000),
    queryFn: ({ signal }) => get<Schema<'Inbox'>>('/inbox', { limit: 1 }, signal),
  });
  const unread = inbox.data?.unread ?? 0;
  return (
    <Link to={paths.inbox} quiet className={classes.bell} aria-label={SHELL.inbox(unread)}>
      <Icon name="bell" />
      {unread > 0 && (
        <span className={classes.count} aria-hidden="true">
          {unread > SHOWN_MAX ? `${SHOWN_MAX}+` : unread}
        </span>
      )}
    </Link>
  );
}
