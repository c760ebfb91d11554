// The longer windows that wait for a decision: work is under way, so they stand before all else.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Page, Schema } from '@/lib/schema';
import { Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { Time } from '@/ui/Time';
import { APPROVAL } from '../texts';
import classes from './approval.module.css';

const SHOWN_MAX = 20;

export function LongerWindows() {
  const waiting = useQuery({
    queryKey: ['/extensions'],
    queryFn: ({ signal }) =>
      get<Page<Schema<'ExtensionRow'>>>('/extensions', { limit: SHOWN_MAX }, signal),
  });
  const rows = waiting.data?.items ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={APPROVAL.longer}>
      <ul className={classes.bundle}>
        {rows.map((row) => (
          <li key={row.subject.id}>
            <RefLink record={row.subject} />
            <span className={classes.facts}>
              <span>
                {APPROVAL.longerUntil} <Time at={row.end} />
              </span>
              <span>“{row.reason}”</span>
              <span>
                {row.asked_by?.name}, <Time at={row.asked_at} />
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
