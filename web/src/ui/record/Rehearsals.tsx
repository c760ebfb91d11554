// Rehearsals of the way back: how fresh the proof is, those that were written down, and a new one.
import { Checkbox, NumberInput, Select, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { minutes } from '@/lib/dates';
import type { Action, Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { ActionButton } from '../Actions';
import { Dialog } from '../Dialog';
import { Section } from '../Page';
import { Prose } from '../Prose';
import { wordOf } from '../texts';
import { Time } from '../Time';
import { REHEARSAL } from './texts';
import classes from './record.module.css';

interface Props {
  rehearsals: Schema<'Rehearsals'>;
  path: string;
  /** The action that writes one down. */
  may: Action | undefined;
}

export function Rehearsals({ rehearsals, path, may }: Props) {
  const [adding, dialog] = useDisclosure();
  return (
    <Section
      title={REHEARSAL.title}
      aside={
        may && (
          <ActionButton
            offered
            size="compact-sm"
            item={{ ...may, label: REHEARSAL.add, run: dialog.open }}
          />
        )
      }
    >
      <p>{freshness(rehearsals.days)}</p>
      <ul className={classes.links}>
        {rehearsals.items.map((one) => (
          <li key={one.recorded_at + one.at}>
            <div>
              <strong>{one.passed ? REHEARSAL.passed : REHEARSAL.failed}</strong>{' '}
              {REHEARSAL.where(wordOf(one.environment), minutes(one.minutes))}, <Time at={one.at} />
              {one.covers.length > 0 && (
                <span>
                  {' '}
                  · {one.covers.map((each) => REHEARSAL.covers[each] ?? each).join(', ')}
                </span>
              )}{' '}
              <span className="soft">{one.by}</span>
              {one.note && <Prose text={one.note} />}
            </div>
          </li>
        ))}
      </ul>
      {adding && <NewRehearsal path={path} onClose={dialog.close} />}
    </Section>
  );
}

/** How long ago the way back was shown to work. */
export function freshness(days: number | null | undefined): string {
  return typeof days === 'number' ? REHEARSAL.days(days) : REHEARSAL.never;
}

const PLACES = ['staging', 'test', 'development'];

function NewRehearsal({ path, onClose }: { path: string; onClose: () => void }) {
  const write = useWrite(onClose);
  const [environment, setEnvironment] = useState('staging');
  const [took, setTook] = useState<number | string>('');
  const [passed, setPassed] = useState(true);
  const [covers, setCovers] = useState<string[]>([]);
  const [note, setNote] = useState('');
  const submit = () => {
    const fields = { environment, minutes: Number(took), passed, covers, note: note.trim() };
    const body: Partial<Schema<'RehearsalFields'>> = fields;
    write.mutate({ path: `${path}/rehearsals`, body });
  };
  return (
    <Dialog
      title={REHEARSAL.add}
      submit={REHEARSAL.submit}
      onClose={onClose}
      onSubmit={submit}
      busy={write.isPending}
      problem={write.error}
      disabled={took === ''}
    >
      <p className="soft">{REHEARSAL.help}</p>
      <Select
        label={REHEARSAL.environment}
        allowDeselect={false}
        data={PLACES.map((each) => ({ value: each, label: wordOf(each) }))}
        value={environment}
        onChange={(value) => value && setEnvironment(value)}
      />
      <NumberInput
        data-autofocus
        label={REHEARSAL.minutes}
        min={1}
        max={10_080}
        value={took}
        onChange={setTook}
      />
      <Checkbox.Group label={REHEARSAL.coversLabel} value={covers} onChange={setCovers}>
        {Object.entries(REHEARSAL.covers).map(([value, label]) => (
          <Checkbox key={value} value={value} label={label} mt={8} />
        ))}
      </Checkbox.Group>
      <Checkbox
        label={REHEARSAL.asBefore}
        checked={passed}
        onChange={(event) => setPassed(event.currentTarget.checked)}
      />
      <Textarea
        label={passed ? REHEARSAL.note : REHEARSAL.wrong}
        autosize
        minRows={2}
        maxLength={4000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Dialog>
  );
}
