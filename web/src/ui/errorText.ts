// One error of a refusal as a sentence: the server names the field by a pointer and says what is
// wrong in a fragment.
import type { FieldError } from '@/lib/schema';
import { wordOf } from './texts';

const NAMES: Record<string, string> = { cis: 'CIs', kpis: 'Measures of success' };

/** `/backout_plan` and `is missing` become `Backout plan is missing`. */
export function errorText({ pointer, detail }: FieldError): string {
  if (!/^\p{Lowercase}/u.test(detail)) return detail;
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
  const text = [...words, detail].join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
