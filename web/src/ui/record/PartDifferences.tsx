// What was edited in the approved content: since the reader last saw it, and since the round before.
import { useEffect, useState } from 'react';
import { differences, type Difference } from '@/lib/difference';
import type { Schema } from '@/lib/schema';
import { Section } from '../Page';
import { wordOf } from '../texts';
import { DIFFERENCE } from './texts';
import classes from './PartDifferences.module.css';

type Round = Schema<'Round'>;

interface Seen {
  hash: string;
  parts: Schema<'Part'>[];
}

export function PartDifferences({ subject, rounds }: { subject: string; rounds: Round[] }) {
  const [newest, before] = rounds;
  const seen = useLastSeen(subject, newest);
  if (!newest) return null;
  const sinceSeen = seen && seen.hash !== newest.content_hash ? parts(seen.parts, newest) : [];
  const sinceRound = before ? parts(before.parts, newest) : [];
  if (sinceSeen.length === 0 && sinceRound.length === 0) return null;
  return (
    <>
      {sinceSeen.length > 0 && <Block title={DIFFERENCE.sinceSeen} parts={sinceSeen} />}
      {sinceRound.length > 0 && before && (
        <Block title={DIFFERENCE.sinceRound(before.number)} parts={sinceRound} />
      )}
    </>
  );
}

/** What this browser showed the last time, kept so that an edit since then can be pointed out. */
function useLastSeen(subject: string, round: Round | undefined): Seen | undefined {
  const key = `seen:${subject}`;
  const [seen] = useState(() => readSeen(key));
  const hash = round?.content_hash;
  const content = round?.parts;
  useEffect(() => {
    if (!hash || !content) return;
    try {
      localStorage.setItem(key, JSON.stringify({ hash, parts: content }));
    } catch {
      // A full store only means that the difference is not shown next time.
    }
  }, [key, hash, content]);
  return seen;
}

function readSeen(key: string): Seen | undefined {
  try {
    const kept = localStorage.getItem(key);
    return kept ? (JSON.parse(kept) as Seen) : undefined;
  } catch {
    return undefined;
  }
}

interface Changed {
  name: string;
  lines: Difference[];
}

function parts(old: Schema<'Part'>[], round: Round): Changed[] {
  return round.parts.flatMap((part) => {
    const former = old.find((each) => each.name === part.name);
    if (former?.hash === part.hash) return [];
    return [{ name: part.name, lines: differences(former?.content, part.content) }];
  });
}

function Block({ title, parts: changed }: { title: string; parts: Changed[] }) {
  return (
    <Section title={title} flush>
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
          {changed.flatMap((part) =>
            part.lines.map((line) => (
              <tr key={part.name + line.path}>
                <td>{wordOf(part.name)}</td>
                <td>{line.path}</td>
                <td>{line.before === undefined ? '–' : <del>{line.before}</del>}</td>
                <td>{line.after === undefined ? '–' : <ins>{line.after}</ins>}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </Section>
  );
}
