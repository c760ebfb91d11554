// What differs between two JSON contents, as lines of path, before and after.

export interface Difference {
  path: string;
  before?: string;
  after?: string;
}

export function differences(before: unknown, after: unknown): Difference[] {
  const old = flat(before);
  const now = flat(after);
  const paths = [...new Set([...old.keys(), ...now.keys()])];
  return paths
    .filter((path) => old.get(path) !== now.get(path))
    .map((path) => ({ path, before: old.get(path), after: now.get(path) }));
}

/** Every leaf with its path in words: `changes 2 title`. */
function flat(value: unknown, path: string[] = []): Map<string, string> {
  if (value === null || value === undefined || value === '') return new Map();
  if (typeof value !== 'object') return new Map([[path.join(' '), String(value)]]);
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((each, index) => [nameOf(each) ?? String(index + 1), each])
    : Object.entries(value);
  return new Map(entries.flatMap(([name, each]) => [...flat(each, [...path, name])]));
}

/** Items of a list are known by what names them, so that a moved item is not a changed one. */
function nameOf(item: unknown): string | undefined {
  if (item === null || typeof item !== 'object') return undefined;
  const known = item as Record<string, unknown>;
  const name = known.number ?? known.id ?? known.change ?? known.name;
  return typeof name === 'string' ? name : undefined;
}
