// What can be done with several chosen records at once, and what became of each.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { ReasonDialog } from '../Dialog';
import { Sheet } from '../Sheet';
import { BulkEdit, Records, type BulkFields, type Named } from './BulkEdit';
import { OutcomeList, type NamedOutcome } from './OutcomeList';
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
  /** The rows of the list, by which those chosen are called. */
  rows: Named[];
  chosen: string[];
  onClear: () => void;
}

export function BulkBar({ records, to, fields, rows, chosen, onClear }: Props) {
  const [doing, setDoing] = useState<BulkVerb | 'edit'>();
  // As they were called when the dialog was opened: an edit may take them out of the list.
  const [named, setNamed] = useState<Named[]>([]);
  const [outcomes, setOutcomes] = useState<NamedOutcome[]>();
  const write = useWrite<Outcome[] | { items: Outcome[] }>((answer) => {
    const all = Array.isArray(answer) ? answer : answer.items;
    const titles = new Map(named.map((each) => [each.number, each.title]));
    setDoing(undefined);
    setOutcomes(
      all.map(({ record, refusal }) => ({
        number: record,
        title: titles.get(record) ?? '',
        refusal,
      })),
    );
  });
  const open = (what: BulkVerb | 'edit') => {
    const titles = new Map(rows.map((row) => [row.number, row.title]));
    setNamed(chosen.map((number) => ({ number, title: titles.get(number) ?? '' })));
    setDoing(what);
  };
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
      <Button size="compact-md" variant="default" onClick={() => open('edit')}>
        {words.edit}
      </Button>
      {VERBS.map((verb) => (
        <Button key={verb} size="compact-md" variant="default" onClick={() => open(verb)}>
          {words[verb]}
        </Button>
      ))}
      <Button size="compact-md" variant="subtle" color="gray" onClick={onClear}>
        {words.clear}
      </Button>
      {doing === 'edit' && (
        <BulkEdit
          fields={fields}
          records={named}
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
          <Records records={named} />
        </ReasonDialog>
      )}
      {outcomes && (
        <Sheet title={words.outcome} onClose={onClear} width={640}>
          <OutcomeList outcomes={outcomes} to={to} />
          <div className={classes.foot}>
            <Button onClick={onClear}>{words.close}</Button>
          </div>
        </Sheet>
      )}
    </div>
  );
}
