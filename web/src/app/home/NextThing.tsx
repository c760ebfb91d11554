// The one next thing for this reader, and what comes then.
import { Button, Skeleton } from '@mantine/core';
import { useGo } from '@/lib/address';
import { LampMark } from '@/ui/LampMark';
import { Link } from '@/ui/Link';
import { useCalls } from './calls';
import { HOME } from './texts';
import classes from './home.module.css';

/** How many are named after the first. */
const THEN_MAX = 3;

export function NextThing() {
  const go = useGo();
  const calls = useCalls();
  const next = calls?.[0];
  if (!next) return <Skeleton height={104} />;
  const then = calls.slice(1, THEN_MAX + 1);
  return (
    <section className={classes.next} data-calm={next.calm || undefined} aria-label={HOME.next}>
      <LampMark state={next.calm ? 'clear' : 'waiting'} size={28} />
      <div className={classes.nextWords}>
        <h2>{next.title}</h2>
        <p>{next.help}</p>
        {then.length > 0 && (
          <ul className={classes.then} aria-label={HOME.then}>
            {then.map((call) => (
              <li key={call.title + call.to}>
                <Link to={call.to}>{call.title}</Link> <span className="soft">{call.help}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <Button size="md" variant={next.calm ? 'default' : 'filled'} onClick={() => go(next.to)}>
        {next.action}
      </Button>
    </section>
  );
}
