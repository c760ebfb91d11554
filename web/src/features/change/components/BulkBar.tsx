// What can be done with several chosen changes at once, and what became of each.
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { paths } from '@/app/paths';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { RefusalText } from '@/ui/Actions';
import { ReasonDialog } from '@/ui/Dialog';
import { LampMark } from '@/ui/LampMark';
import { Link } from '@/ui/Link';
import { texts } from '../texts';
import { BulkEdit } from './BulkEdit';
import classes from './BulkBar.module.css';

const words = texts.bulk;
const VERBS = ['submit', 'hold', 'resume', 'cancel'] as const;
type BulkVerb = (typeof VERBS)[number];
type Outcome = Schema<'BulkOutcome'>;

interface Props {
  chosen: string[];
  onClear: () => void;
}

export function BulkBar({ chosen, onClear }: Props) {
  const [doing, setDoing] = useState<BulkVerb | 'edit'>();
  const [outcomes, setOutcomes] = useState<Outcome[]>();
  const write = useWrite<Outcome[] | { items: Outcome[] }>((answer) => {
    setDoing(undefined);
    setOutcomes(Array.isArray(answer) ? answer : answer.items);
  });
  const send = (body: object) =>
    write.mutate({ path: '/changes/bulk', body: { changes: chosen, ...body } });
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
        <BulkEdit count={chosen.length} onSubmit={(fields) => send({ fields })} {...shared} />
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
      {outcomes && <Outcomes outcomes={outcomes} onClose={onClear} />}
    </div>
  );
}

function Outcomes({ outcomes, onClose }: { outcomes: Outcome[]; onClose: () => void }) {
  const refused = outcomes.filter((each) => each.refusal);
  return (
    <Modal opened onClose={onClose} title={<strong>{words.outcome}</strong>} size={640}>
      <p className={classes.sum}>
        {words.done(outcomes.length - refused.length)}
        {refused.length > 0 && `, ${words.refused(refused.length)}`}
      </p>
      <ul className={classes.outcomes}>
        {[...refused, ...outcomes.filter((each) => !each.refusal)].map((each) => (
          <li key={each.change}>
            <LampMark state={each.refusal ? 'stop' : 'clear'} size={14} />
            <Link to={paths.change(each.change)} className={classes.number}>
              {each.change}
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
