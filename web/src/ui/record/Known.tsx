// What is known of the services that a record touches: workarounds and limitations in force.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Page, Schema } from '@/lib/schema';
import { Section } from '../Page';
import { RefLink } from '../RefLink';
import { StatePill } from '../StatePill';
import { RECORD } from './texts';
import classes from './record.module.css';

type Row = Schema<'ArticleRow'>;

/** Nothing as long as nothing is known. */
export function Known({ record }: { record: string }) {
  const found = useQuery({
    queryKey: ['/knowledge', { applies_to: record }],
    queryFn: ({ signal }) => get<Page<Row>>('/knowledge', { applies_to: record }, signal),
  });
  const rows = found.data?.items ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={RECORD.known}>
      <ul className={`${classes.links} ${classes.known}`}>
        {rows.map((row) => (
          <li key={row.id}>
            <span className={classes.linkTarget}>
              <RefLink record={{ id: row.id, number: row.number, name: row.title }} />
            </span>
            <StatePill word={row.kind} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
