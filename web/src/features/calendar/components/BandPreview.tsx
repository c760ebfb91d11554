// Beside the form of a band: its next times in its own zone, and whom it would hit.
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { send } from '@/lib/client';
import { windowText } from '@/lib/dates';
import { asProblem } from '@/lib/problem';
import type { Schema } from '@/lib/schema';
import { RefLink } from '@/ui/RefLink';
import { errorText } from '@/ui/errorText';
import { preview as words } from '../bandTexts';
import classes from './BandPreview.module.css';

type Preview = Schema<'BandPreview'>;
type Occurrence = Schema<'Occurrence'>;

/** Long enough not to ask at every key. */
const PAUSE_MS = 350;

interface Props {
  path: string;
  replaces?: string;
  /** What the form holds, as it would be sent. */
  fields: Record<string, unknown>;
}

export function BandPreview({ path, replaces, fields }: Props) {
  const [draft] = useDebouncedValue(JSON.stringify({ replaces, fields }), PAUSE_MS);
  const timed = Boolean((JSON.parse(draft) as Props).fields.window);
  const found = useQuery({
    queryKey: [path, 'preview', draft],
    enabled: timed,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: () => send<Preview>('POST', `${path}/preview`, JSON.parse(draft)),
  });
  const errors = found.error ? asProblem(found.error).errors : [];
  return (
    <section className={classes.preview} aria-label={words.title} aria-live="polite">
      <h3>{words.title}</h3>
      {!timed && <p className="soft">{words.waiting}</p>}
      {errors.map((error) => (
        <p key={error.pointer} className={classes.wrong}>
          {errorText(error)}
        </p>
      ))}
      {timed && !found.error && found.data && <Found preview={found.data} />}
    </section>
  );
}

function Found({ preview }: { preview: Preview }) {
  const { next, hits } = preview;
  return (
    <>
      {next.length === 0 ? <p>{words.none}</p> : <NextTimes next={next} />}
      <p className={hits.length > 0 ? classes.hit : undefined}>
        {hits.length > 0 ? words.hits(hits.length, preview.blocking) : words.noHits}
      </p>
      <ul className={classes.hits}>
        {hits.map((hit) => (
          <li key={hit.subject.id}>
            <RefLink record={hit.subject} />
            <span className="soft small">
              {windowText(hit.window, hit.window.zone ?? 'UTC')} ·{' '}
              {hit.committed ? words.committed : words.planned} ·{' '}
              {hit.severity === 'blocking' ? words.blocking : words.warning}
              {hit.next_free && (
                <>
                  {' · '}
                  {words.nextFree(windowText(hit.next_free, hit.next_free.zone ?? 'UTC'))}
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {preview.truncated && <p className="soft small">{words.truncated}</p>}
    </>
  );
}

/** Times in their own zone; a night on which the clock changes says so. */
export function NextTimes({ next }: { next: Occurrence[] }) {
  return (
    <div>
      <div className="soft small">
        {words.next} ({next[0]?.window.zone})
      </div>
      <ul className={classes.next}>
        {next.map(({ window, clock_moves: moves }) => (
          <li key={window.start}>
            {windowText(window, window.zone ?? 'UTC')}
            {moves !== 0 && (
              <span className={classes.clock}>
                {moves > 0 ? words.forward(moves) : words.back(-moves)}
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
