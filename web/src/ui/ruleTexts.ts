// Words of what repeats: the fields of a rule, and a rule in a sentence.
import type { Window } from '@/lib/schema';
import { toWall } from '@/lib/zone';
import { dayOf, parseRule, type Rule } from './rule';

export const RULE = {
  shape: 'Repeats',
  shapes: {
    none: 'Once',
    daily: 'Every day',
    weekdays: 'On weekdays',
    weekly: 'Every week on days',
    monthly: 'Every month on a weekday',
    own: 'By a rule of your own',
  },
  help: 'At the same time on the wall clock of its zone, also across clock changes.',
  every: 'Every',
  units: { daily: ' days', weekdays: '', weekly: ' weeks', monthly: ' months' },
  days: { MO: 'Mon', TU: 'Tue', WE: 'Wed', TH: 'Thu', FR: 'Fri', SA: 'Sat', SU: 'Sun' },
  onDays: 'On',
  place: 'Which',
  places: { '1': 'first', '2': 'second', '3': 'third', '4': 'fourth', '-1': 'last' },
  weekday: 'Weekday',
  ends: 'Ends',
  ending: { never: 'Never', until: 'On a day', count: 'After a number of times' },
  until: 'Last day',
  count: 'Times',
  raw: 'Rule',
  except: 'Except on',
  exceptHelp: 'Days left out, such as 2026-12-25.',
  also: 'Also on',
  alsoHelp: 'Days added, or a day with a time, such as 2026-12-27T22:00.',
  rawHelp: 'As RFC 5545 writes it. Change it here for what the fields above cannot say.',
};

function ruleWords(known: Rule): string {
  const { interval } = known;
  const each = (one: string, many: string) => (interval > 1 ? `every ${interval} ${many}` : one);
  const days = known.days.map((day) => RULE.days[day]).join(', ');
  const words = {
    daily: each('every day', 'days'),
    weekdays: 'on weekdays',
    weekly: each('every week', 'weeks') + (days && ` on ${days}`),
    monthly: `${each('every month', 'months')} on the ${RULE.places[known.place]} ${RULE.days[known.day]}`,
  }[known.shape];
  const ending = known.until
    ? ` until ${known.until}`
    : known.count
      ? `, ${known.count} times`
      : '';
  return words.charAt(0).toUpperCase() + words.slice(1) + ending;
}

/** How something repeats, in words; nothing where there are none for its rule. */
export function repeatsWords(repeats: string, first: Window): string | undefined {
  const known = parseRule(repeats);
  if (repeats === 'none') return RULE.shapes.none;
  if (!known) return undefined;
  // A weekly rule that names no day keeps the first occurrence's.
  const own = known.shape === 'weekly' && known.days.length === 0;
  return ruleWords(
    own ? { ...known, days: [dayOf(toWall(first.start, first.zone ?? 'UTC'))] } : known,
  );
}
