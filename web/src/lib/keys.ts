// Keys of a page: one listener for all, nothing while someone types, and a list for `?`.
import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface Key {
  /** `j`, `?`, `Enter`, or two in a row: `g h`. */
  keys: string;
  label: string;
  run: () => void;
}

export interface KeyGroup {
  title: string;
  keys: Key[];
}

const SECOND_KEY_MS = 1200;
const groups = new Map<symbol, KeyGroup>();
const watchers = new Set<() => void>();
let snapshot: KeyGroup[] = [];
let first = '';
let firstAt = 0;

/** Binds keys for as long as the caller is on screen. */
export function useKeys(title: string, keys: Key[], enabled = true) {
  const current = useRef(keys);
  useEffect(() => {
    current.current = keys;
  });
  const names = keys.map((key) => `${key.keys}\u0000${key.label}`).join('\u0001');
  useEffect(() => {
    if (!enabled) return;
    const id = Symbol(title);
    const bound = current.current.map((key, index) => ({
      ...key,
      run: () => current.current[index]?.run(),
    }));
    groups.set(id, { title, keys: bound });
    changed();
    return () => {
      groups.delete(id);
      changed();
    };
  }, [title, names, enabled]);
}

export function useKeyGroups(): KeyGroup[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => snapshot,
  );
}

function changed() {
  snapshot = [...groups.values()];
  watchers.forEach((watcher) => watcher());
}

export function handleKey(event: KeyboardEvent) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || activates(event)) return;
  const pressed = event.key;
  const pair = Date.now() - firstAt < SECOND_KEY_MS ? `${first} ${pressed}` : '';
  const all = snapshot.flatMap((group) => group.keys).reverse();
  const found =
    all.find((key) => pair !== '' && key.keys === pair) ?? all.find((key) => key.keys === pressed);
  first = all.some((key) => key.keys.startsWith(`${pressed} `)) && !found ? pressed : '';
  firstAt = Date.now();
  if (!found) return;
  event.preventDefault();
  found.run();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"],[role="listbox"],[role="menu"]')) return true;
  return target.matches(
    'input:not([type=checkbox],[type=radio]),textarea,select,[contenteditable]',
  );
}

/** Enter on a link or a button is theirs. */
function activates(event: KeyboardEvent): boolean {
  const { target } = event;
  if (event.key !== 'Enter' || !(target instanceof HTMLElement)) return false;
  return target.closest('a,button,summary,input') !== null;
}
