// The incidents that a change is named as the cause of.
import { useQuery } from '@tanstack/react-query';
import { paths } from '@/app/paths';
import { get } from '@/lib/client';
import type { Page, Schema } from '@/lib/schema';
import { Link } from '@/ui/Link';
import { Section } from '@/ui/Page';
import { StatePill } from '@/ui/StatePill';
import { texts } from '../texts';
import classes from './change.module.css';

const SHOWN_MAX = 20;

export function CausedIncidents({ change }: { change: string }) {
  const query = { caused_by: change, limit: SHOWN_MAX };
  const incidents = useQuery({
    queryKey: ['/incidents', query],
    queryFn: ({ signal }) => get<Page<Schema<'IncidentRow'>>>('/incidents', { ...query }, signal),
  });
  const items = incidents.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Section title={texts.overview.causedIncidents}>
      <ul className={classes.inline}>
        {items.map((incident) => (
          <li key={incident.id}>
            <Link to={paths.incident(incident.number)}>
              <span className="mono">{incident.number}</span> {incident.title}
            </Link>{' '}
            <StatePill word={incident.state} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
