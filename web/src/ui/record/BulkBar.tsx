// What can be done with several chosen records at once, and what became of each.
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { RefusalText } from '../Actions';
import { ReasonDialog } from '../Dialog';
import { LampMark } from '../LampMark';
import { Link } from '../Link';
import { BulkEdit, type BulkFields } from './BulkEdit';
import { RECORD } from './texts';
import classes from './BulkBar.module.css';

const words = RECORD.bulk;
const VERBS = ['submit', 'hold', 'resume', 'cancel'] as const;
type BulkVerb = (typeof VERBS)[number];
type Outcome = Schema<'BulkOutcome'>;

interface Props {
  /** What the records are: the folder of the API and the name of their list in a request. */
  records: 'changes' | 'releases';
  to: (number: string) => string;
  fields: BulkFields;
  chosen: string[];
  onClear: () => void;
}

export function BulkBar({ records, to, fields, chosen, onClear }: Props) {
  const [doing, setDoing] = useState<BulkVerb | 'edit'>();
  const [outcomes, setOutcomes] = useState<Outcome[]>();
  const write = useWrite<Outcome[] | { items: Outcome[] }>((answer) => {
    setDoing(undefined);
    setOutcomes(Array.isArray(answer) ? answer : answer.items);
  });
  const send = (body: object) =>
    write.mutate({ path: `/${records}/bulk`, body: { [records]: chosen, ...body } });
  const close = () => {
    write.reset();
    setDoing(undefined);
  };
  const shared = { busy: write.isPending, problem: write.error, onClose: close };
  return (
    <div className={classes.bar} role="toolbar" aria-label={words.label}>
      <strong className="num">{words.chosen(chosen.length)}</strong>
      <Button size="compact-md" variant="default" onClick={() => setDoing('edit')}>
        {words.edit}
      </Button>
      {VERBS.map((verb) => (
        <Button key={verb} size="compact-md" variant="default" onClick={() => setDoing(verb)}>
          {words[verb]}
        </Button>
      ))}
      <Button size="compact-md" variant="subtle" color="gray" onClick={onClear}>
        {words.clear}
      </Button>
      {doing === 'edit' && (
        <BulkEdit
          fields={fields}
          count={chosen.length}
          onSubmit={(given) => send({ fields: given })}
          {...shared}
        />
      )}
      {doing && doing !== 'edit' && (
        <ReasonDialog
          title={words.verbTitle(words[doing], chosen.length)}
          submit={words[doing]}
          required={doing === 'hold' || doing === 'cancel'}
          danger={doing === 'cancel'}
          onSubmit={(reason) => send({ verb: doing, ...(reason ? { reason } : {}) })}
          {...shared}
        >
          <p>{words.verbHelp}</p>
        </ReasonDialog>
      )}
      {outcomes && <Outcomes outcomes={outcomes} to={to} onClose={onClear} />}
    </div>
  );
}

interface OutcomesProps {
  outcomes: Outcome[];
  to: (number: string) => string;
  onClose: () => void;
}

function Outcomes({ outcomes, to, onClose }: OutcomesProps) {
  const refused = outcomes.filter((each) => each.refusal);
  return (
    <Modal opened onClose={onClose} title={<strong>{words.outcome}</strong>} size={640}>
      <p className={classes.sum}>
        {words.done(outcomes.length - refused.length)}
        {refused.length > 0 && `, ${words.refused(refused.length)}`}
      </p>
      <ul className={classes.outcomes}>
        {[...refused, ...outcomes.filter((each) => !each.refusal)].map((each) => (
          <li key={each.record}>
            <LampMark state={each.refusal ? 'stop' : 'clear'} size={14} />
            <Link to={to(each.record)} className={classes.number}>
              {each.record}
            </Link>
            {each.refusal ? <RefusalText refusal={each.refusal} /> : <span>{words.written}</span>}
          </li>
        ))}
      </ul>
      <div className={classes.foot}>
        <Button onClick={onClose}>{words.close}</Button>
      </div>
    </Modal>
  );
}
