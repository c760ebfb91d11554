// What differs between two texts, line by line; each mark is a word too, not only a colour.
import { RowsSkeleton, ErrorState } from '@/ui/States';
import { useDifference } from '../queries';
import { KB } from '../texts';
import classes from './article.module.css';

const SIGNS: Record<string, string> = { added: '+', removed: '−', same: '' };
const SAID: Record<string, string> = { added: KB.added, removed: KB.removed };

export function DifferenceLines({ article, to }: { article: string; to?: string }) {
  const found = useDifference(article, to);
  if (found.error) return <ErrorState error={found.error} />;
  if (!found.data) return <RowsSkeleton rows={4} />;
  const { from, lines, title, title_before } = found.data;
  return (
    <>
      <p className="soft">
        {KB.compareWith} {from ? KB.versionOf(from) : KB.before}
        {title_before && title_before !== title && `: “${title_before}” → “${title}”`}
      </p>
      {lines.every((line) => line.mark === 'same') && <p className="soft">{KB.noDifference}</p>}
      <ol className={classes.lines}>
        {lines.map((line, index) => (
          <li key={index} data-mark={line.mark}>
            <span className={classes.sign} aria-hidden="true">
              {SIGNS[line.mark]}
            </span>
            {SAID[line.mark] && <span className="visually-hidden">{SAID[line.mark]}: </span>}
            <span>{line.text}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
