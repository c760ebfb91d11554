// A form: values, errors by JSON pointer, and a draft that survives a reload.
import { useCallback, useMemo, useState } from 'react';
import type { FieldError } from './schema';

export interface Form<Values> {
  values: Values;
  changed: boolean;
  set: <Name extends keyof Values>(name: Name, value: Values[Name]) => void;
  errors: FieldError[];
  /** The error of a field, by its name or pointer; nested pointers count for their field. */
  errorOf: (name: keyof Values & string) => string | undefined;
  showErrors: (errors: FieldError[]) => void;
  /** Only what differs from the start, for a PATCH. */
  changes: () => Partial<Values>;
  reset: (values?: Values) => void;
}

export function useForm<Values extends object>(start: Values, draftKey?: string): Form<Values> {
  const [base, setBase] = useState(start);
  const [values, setValues] = useState<Values>(() => readDraft(draftKey, start));
  const [errors, setErrors] = useState<FieldError[]>([]);
  // The record moved on under the form: what was typed stays, all else becomes the newest.
  const text = JSON.stringify(start);
  const [seen, setSeen] = useState(text);
  if (text !== seen) {
    setSeen(text);
    setBase(start);
    setValues({ ...start, ...difference(base, values) });
  }

  const set = useCallback(
    <Name extends keyof Values>(name: Name, value: Values[Name]) => {
      setValues((old) => {
        const next = { ...old, [name]: value };
        keepDraft(draftKey, next);
        return next;
      });
      setErrors((old) => old.filter((error) => fieldOf(error.pointer) !== name));
    },
    [draftKey],
  );
  const reset = useCallback(
    (next?: Values) => {
      if (draftKey) sessionStorage.removeItem(`draft:${draftKey}`);
      if (next) setBase(next);
      setValues(next ?? base);
      setErrors([]);
    },
    [base, draftKey],
  );
  const changes = useCallback(() => difference(base, values), [base, values]);
  const errorOf = useCallback(
    (name: string) => {
      const found = errors.filter((error) => fieldOf(error.pointer) === name);
      const text = found.map((error) => error.detail).join('; ');
      return text === '' ? undefined : text.charAt(0).toUpperCase() + text.slice(1);
    },
    [errors],
  );
  const changed = useMemo(() => Object.keys(difference(base, values)).length > 0, [base, values]);
  return { values, changed, set, errors, errorOf, showErrors: setErrors, changes, reset };
}

/** One text that outlives a reload and a change of pages, until it is sent. */
export function useDraftText(key: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => readDraft(key, { text: '' }).text);
  const set = (next: string) => {
    setText(next);
    if (next === '') sessionStorage.removeItem(`draft:${key}`);
    else keepDraft(key, { text: next });
  };
  return [text, set];
}

/** `/window/start` belongs to the field `window`. */
export function fieldOf(pointer: string): string {
  const first = pointer.replace(/^#?\//, '').split('/')[0] ?? '';
  return first.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Whether a field holds anything: 0 and false do, an empty list does not. */
export function isFilled(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false;
  if (typeof value !== 'object' || value instanceof Date) return true;
  return Object.keys(value).length > 0;
}

/** The id of a field's element, which the summary of errors links to. */
export function fieldId(name: string): string {
  return `field-${name}`;
}

function difference<Values extends object>(base: Values, values: Values): Partial<Values> {
  const changed = Object.entries(values).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(base[name as keyof Values]),
  );
  return Object.fromEntries(changed) as Partial<Values>;
}

function readDraft<Values extends object>(key: string | undefined, start: Values): Values {
  if (!key) return start;
  try {
    const kept = sessionStorage.getItem(`draft:${key}`);
    return kept ? { ...start, ...(JSON.parse(kept) as Partial<Values>) } : start;
  } catch {
    return start;
  }
}

function keepDraft(key: string | undefined, values: object) {
  if (!key) return;
  try {
    sessionStorage.setItem(`draft:${key}`, JSON.stringify(values));
  } catch {
    // A full or forbidden store loses the draft, never the form.
  }
}
