// Verbs of a record as buttons: the API says what is allowed, the page only words it.
import type { Action, Refusal } from '@/lib/schema';

export interface ActionItem {
  name: string;
  label: string;
  allowed: boolean;
  refusal?: Refusal | null;
  run: () => void;
  danger?: boolean;
  /** A key of the page, such as `s`. */
  key?: string;
  busy?: boolean;
}

export interface VerbText {
  label: string;
  run: () => void;
  danger?: boolean;
  key?: string;
  busy?: boolean;
}

/** The record's actions that the page has words for, in the order of the words. */
export function verbs(
  actions: Action[] | null | undefined,
  texts: Record<string, VerbText | undefined>,
): ActionItem[] {
  return Object.entries(texts).flatMap(([name, text]) => {
    const action = actions?.find((each) => each.name === name);
    return action && text
      ? [{ name, allowed: action.allowed, refusal: action.refusal, ...text }]
      : [];
  });
}

/** One of the record's actions. */
export function actionOf(actions: Action[] | null | undefined, name: string): Action | undefined {
  return actions?.find((each) => each.name === name);
}

/** The primary verb is the first allowed of the preferred ones, else the first of them. */
export function pickPrimary(items: ActionItem[], preferred: string[]): ActionItem | undefined {
  const known = preferred.flatMap((name) => items.filter((item) => item.name === name));
  return known.find((item) => item.allowed) ?? known[0];
}
