// Where each field of a change is filled in: the forms of its page, and the tab of each.
import { paths } from '@/app/paths';
import type { FieldError } from '@/lib/schema';
import { fieldName } from '@/ui/fieldNames';
import type { MissingField } from '@/ui/Route';
import type { Change } from './queries';

export const FORMS = {
  what: ['title', 'type', 'category', 'description', 'reason'],
  where: ['services', 'environment', 'customer_impact', 'outages', 'tags'],
  who: ['implementer', 'team', 'people_needed', 'effort_minutes', 'window'],
  plans: [
    'implementation_plan',
    'test_plan',
    'backout_plan',
    'backout_minutes',
    'cannot_be_undone',
  ],
};

const NAMED = [...Object.values(FORMS).flat(), 'cis'];

/** A missing field as its form calls it, with the address that opens the form at it. */
export function missingField(change: Change, error: FieldError): MissingField | undefined {
  const name = error.pointer.slice(1);
  if (!NAMED.includes(name)) return undefined;
  const label = fieldName(name);
  if (name === 'cis') return { label, to: paths.change(change.number, 'cis') };
  const tab = FORMS.plans.includes(name) ? 'plans' : undefined;
  return { label, to: `${paths.change(change.number, tab)}?edit=${name}` };
}
