// One error of a refusal as a sentence: the server names the field by a pointer and says what is
// wrong as a predicate, or what to do as an imperative.
import type { FieldError } from '@/lib/schema';
import { fieldName } from './fieldNames';
import { sentence } from './texts';

/** How a predicate begins; anything else is a sentence with a subject of its own. */
const PREDICATE =
  /^(is|are|must|may|needs?|names?|lists?|holds?|says?|leads?|belongs?|lies|ends|starts|has|cannot)\b/;

const IMPERATIVE = /^(say|name)\b/;

/** `/backout_plan` and `is missing` become `Backout plan is missing.`, with `say how it is taken
 * back` it becomes `Backout plan: say how it is taken back.` */
export function errorText({ pointer, detail }: FieldError): string {
  const asked = IMPERATIVE.test(detail);
  if (!asked && !PREDICATE.test(detail)) return sentence(detail);
  const parts = pointer
    .replace(/^#?\//, '')
    .split('/')
    .filter((part) => part !== '')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const words = parts.map((part, index) => {
    if (/^\d+$/.test(part)) return String(Number(part) + 1);
    const word = fieldName(part);
    return index === 0 ? word : word.toLowerCase();
  });
  return sentence(asked ? `${words.join(' ')}: ${detail}` : [...words, detail].join(' '));
}
