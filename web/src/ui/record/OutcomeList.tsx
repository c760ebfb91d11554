// What became of each of several records that were written together; those that were refused first.
import type { Refusal } from '@/lib/schema';
import { RefusalText } from '../Actions';
import { LampMark } from '../LampMark';
import { Link } from '../Link';
import { RECORD } from './texts';
import classes from './OutcomeList.module.css';

export interface NamedOutcome {
  number: string;
  title: string;
  refusal?: Refusal | null;
}

interface Props {
  outcomes: NamedOutcome[];
  to: (number: string) => string;
}

const words = RECORD.bulk;

export function OutcomeList({ outcomes, to }: Props) {
  const refused = outcomes.filter((each) => each.refusal);
  const written = outcomes.filter((each) => !each.refusal);
  return (
    <div role="status">
      <p className={classes.sum}>
        {words.done(written.length)}
        {refused.length > 0 && `, ${words.refused(refused.length)}`}
      </p>
      <ul className={classes.list}>
        {[...refused, ...written].map((each) => (
          <li key={each.number}>
            <LampMark state={each.refusal ? 'stop' : 'clear'} size={14} />
            <div>
              <Link to={to(each.number)} className={classes.name}>
                <span className="mono soft">{each.number}</span> {each.title}
              </Link>
              {each.refusal ? (
                <RefusalText refusal={each.refusal} />
              ) : (
                <p className={classes.written}>{words.written}</p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
