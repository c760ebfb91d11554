// What can be done on the page one is on, so that the palette offers it too: the verbs of its head,
// those of its parts, and the way to those that stand elsewhere in the record.
import { useEffect, useId, useSyncExternalStore } from 'react';
import type { ActionItem } from './actions';

interface Offered {
  /** The record's number; nothing where the page is no record's. */
  of?: string;
  items: ActionItem[];
}

interface Held extends Offered {
  head: boolean;
  /** Verbs of another part of the record: their place is where they lead. */
  elsewhere: ActionItem[];
}

const NONE: ActionItem[] = [];
const held = new Map<string, Held>();
const watchers = new Set<() => void>();
let snapshot: Offered = { items: NONE };

/** Offers the verbs of a page for as long as it is on screen. */
export function useOffering(of: string | undefined, items: ActionItem[], elsewhere = NONE) {
  useHeld({ head: true, of, items, elsewhere });
}

/** Offers the verb of a part of the page. */
export function useOfferingPart(item: ActionItem | undefined) {
  useHeld(item ? { head: false, items: [item], elsewhere: NONE } : undefined);
}

export function useOffered(): Offered {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => snapshot,
  );
}

/** Verbs change with each answer of the server, so they are told anew with each of them. */
function useHeld(mine: Held | undefined) {
  const id = useId();
  useEffect(() => {
    if (mine) tell(id, mine);
  });
  const offers = mine !== undefined;
  useEffect(() => {
    if (!offers) return;
    return () => tell(id, undefined);
  }, [id, offers]);
}

function tell(id: string, mine: Held | undefined) {
  if (mine) held.set(id, mine);
  else held.delete(id);
  const all = [...held.values()].sort((a, b) => Number(b.head) - Number(a.head));
  const items = all.flatMap((each) => each.items);
  const elsewhere = all.flatMap((each) => each.elsewhere);
  snapshot = { of: all[0]?.of, items: firsts([...items, ...elsewhere]) };
  watchers.forEach((watcher) => watcher());
}

/** The first of each name: a verb that is here goes before the way to it. */
function firsts(items: ActionItem[]): ActionItem[] {
  return items.filter((item, at) => items.findIndex((each) => each.name === item.name) === at);
}
