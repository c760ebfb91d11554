// What a window that is not saved yet would collide with, asked of the server while one types.
import { Skeleton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { send } from '@/lib/client';
import type { Schema, Window } from '@/lib/schema';
import { ProblemNote } from '../States';
import { sentence } from '../texts';
import { Conflicts } from './Conflicts';
import { NextFree } from './NextFree';
import type { Draft } from './slots';
import { RECORD } from './texts';
import classes from './record.module.css';

interface Props {
  draft: Draft;
  window: Window | null | undefined;
  /** Takes another window, where one may be proposed. */
  onTake?: (window: Window) => void;
}

const TYPING_MS = 350;

export function WindowCheck({ draft, window, onTake }: Props) {
  const { subject, cis, environment } = draft;
  const [settled] = useDebouncedValue(
    JSON.stringify({ subject, cis, environment, window }),
    TYPING_MS,
  );
  // What is asked is what has settled; a moment ago it may not have been a window yet.
  const asked = (JSON.parse(settled) as { window: Window | null }).window;
  const valid = isWindow(window) && isWindow(asked);
  const check = useQuery({
    queryKey: ['/conflicts/check', settled],
    enabled: valid,
    placeholderData: keepPreviousData,
    queryFn: () => send<Schema<'Checked'>>('POST', '/conflicts/check', JSON.parse(settled)),
  });
  if (!valid) return null;
  if (check.error) return <ProblemNote error={check.error} />;
  if (!check.data) return <Skeleton height={40} />;
  const { conflicts, blocking, incomplete } = check.data;
  return (
    <section aria-label={RECORD.checkWindow} aria-live="polite" className={classes.check}>
      {incomplete && <p>{sentence(incomplete)}</p>}
      {blocking > 0 && asked && onTake && (
        <NextFree draft={draft} window={asked} label={RECORD.slots.takeIt} onTake={onTake} />
      )}
      <Conflicts conflicts={conflicts} acceptable={false} none={RECORD.checkNone} />
    </section>
  );
}

function isWindow(window: Window | null | undefined): boolean {
  return Boolean(window && new Date(window.end) > new Date(window.start));
}
