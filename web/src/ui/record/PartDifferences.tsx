// What was edited in the approved content, field by field: since the reader voted or saw it last,
// since the round was opened, and since the round before.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { get } from '@/lib/client';
import type { Schema } from '@/lib/schema';
import { Section } from '../Page';
import { fieldPath } from '../fieldNames';
import { wordOf } from '../texts';
import { Time } from '../Time';
import { DIFFERENCE } from './texts';
import classes from './PartDifferences.module.css';

type Difference = Schema<'ContentDifference'>;

interface Props {
  /** The path of the record. */
  path: string;
  rounds: Schema<'Round'>[];
}

/** The path of a change or a release by its number. */
export function recordPath(kind: 'change' | 'release', number: string): string {
  return `/${kind}s/${encodeURIComponent(number)}`;
}

export function PartDifferences({ path, rounds }: Props) {
  const hash = rounds[0]?.content_hash;
  const seen = useLastSeen(path, hash);
  const asked = `${path}/approvals/difference`;
  const found = useQuery({
    queryKey: [asked, hash, seen],
    enabled: hash !== undefined,
    queryFn: ({ signal }) =>
      get<Schema<'ContentDifferences'>>(asked, { seen: seen === hash ? undefined : seen }, signal),
  });
  return found.data?.items.map((each) => <Block key={each.content_hash} difference={each} />);
}

/** The hash that this browser showed last, kept so that an edit since then can be pointed out. */
function useLastSeen(path: string, hash: string | undefined): string | undefined {
  const key = `seen:${path}`;
  const [seen] = useState(() => readSeen(key));
  useEffect(() => {
    if (!hash) return;
    try {
      localStorage.setItem(key, hash);
    } catch {
      // A full store only means that the difference is not shown next time.
    }
  }, [key, hash]);
  return seen;
}

function readSeen(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function titleOf({ since, round }: Difference): string {
  if (since === 'vote') return DIFFERENCE.sinceVote;
  if (since === 'seen') return DIFFERENCE.sinceSeen;
  return since === 'opened' ? DIFFERENCE.sinceOpened(round) : DIFFERENCE.sinceRound(round);
}

function Block({ difference }: { difference: Difference }) {
  return (
    <Section title={titleOf(difference)} aside={difference.at && <Time at={difference.at} />} flush>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{DIFFERENCE.part}</th>
            <th scope="col">{DIFFERENCE.field}</th>
            <th scope="col">{DIFFERENCE.before}</th>
            <th scope="col">{DIFFERENCE.after}</th>
          </tr>
        </thead>
        <tbody>
          {difference.fields.map((line) => (
            <tr key={line.part + line.field}>
              <td>{wordOf(line.part)}</td>
              <td>{line.field ? fieldPath(line.field) : '–'}</td>
              <td>{line.before ? <del>{line.before}</del> : '–'}</td>
              <td>{line.after ? <ins>{line.after}</ins> : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {difference.truncated && <p className="soft">{DIFFERENCE.more}</p>}
    </Section>
  );
}
