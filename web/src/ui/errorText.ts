// One error of a refusal as a sentence: the server names the field by a pointer and says what is
// wrong as a predicate.
import type { FieldError } from '@/lib/schema';
import { sentence, wordOf } from './texts';

const NAMES: Record<string, string> = { cis: 'CIs', kpis: 'Measures of success' };

/** How a predicate begins; anything else is a sentence with a subject of its own. */
const PREDICATE =
  /^(is|are|must|may|needs?|names?|lists?|holds?|says?|leads?|belongs?|lies|ends|starts|has|cannot)\b/;

/** `/backout_plan` and `is missing` become `Backout plan is missing.` */
export function errorText({ pointer, detail }: FieldError): string {
  if (!PREDICATE.test(detail)) return sentence(detail);
  const parts = pointer
    .replace(/^#?\//, '')
    .split('/')
    .filter((part) => part !== '')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const words = parts.map((part, index) => {
    if (/^\d+$/.test(part)) return String(Number(part) + 1);
    const word = NAMES[part] ?? wordOf(part);
    return index === 0 ? word : word.toLowerCase();
  });
  return sentence([...words, detail].join(' '));
}
