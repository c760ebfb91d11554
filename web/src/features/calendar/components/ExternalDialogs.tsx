// Reads the file of an external calendar, tells what was left out, and takes a calendar away.
import { FileInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { browserZone } from '@/lib/dates';
import { asProblem } from '@/lib/problem';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { external as words } from '../feedTexts';

export type ExternalCalendar = Schema<'ExternalCalendar'>;
export type ExternalRead = Schema<'ExternalRead'>;

interface ReadProps {
  onClose: () => void;
  onDone: (read: ExternalRead) => void;
}

export function ReadFileDialog({ onClose, onDone }: ReadProps) {
  const [name, setName] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const write = useWrite<ExternalRead>(onDone);
  const errors = asProblem(write.error).errors;
  const errorOf = (pointer: string) => errors.find((each) => each.pointer === pointer)?.detail;
  const submit = async () => {
    if (!file) return;
    const body = { name: name.trim(), file: await file.text(), zone: browserZone() };
    write.mutate({ path: '/calendar/external', body });
  };
  return (
    <Dialog
      title={words.newTitle}
      submit={words.create}
      busy={write.isPending}
      problem={errors.length === 0 ? write.error : undefined}
      disabled={name.trim() === '' || !file}
      onClose={onClose}
      onSubmit={() => void submit()}
    >
      <TextInput
        data-autofocus
        label={words.fields.name}
        description={words.nameHelp}
        maxLength={200}
        error={errorOf('/name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <FileInput
        label={words.fields.file}
        placeholder={words.choose}
        accept=".ics,text/calendar"
        error={errorOf('/file')}
        value={file}
        onChange={setFile}
      />
    </Dialog>
  );
}

/** What a file held that could not be taken over, line by line. */
export function SkippedDialog({ read, onClose }: { read: ExternalRead; onClose: () => void }) {
  return (
    <Dialog
      title={words.skippedTitle(read.skipped.length)}
      submit={words.close}
      onClose={onClose}
      onSubmit={onClose}
    >
      <p>{words.skippedHelp}</p>
      <ul>
        {read.skipped.map((each) => (
          <li key={each.line}>
            {words.line(each.line)}: {each.detail}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

interface RemoveProps {
  calendar: ExternalCalendar;
  onClose: () => void;
  onDone: () => void;
}

export function RemoveExternal({ calendar, onClose, onDone }: RemoveProps) {
  const write = useWrite(onDone);
  return (
    <Dialog
      danger
      title={words.removeTitle(calendar.name)}
      submit={words.remove}
      busy={write.isPending}
      problem={write.error}
      onClose={onClose}
      onSubmit={() =>
        write.mutate({
          method: 'DELETE',
          path: `/calendar/external/${encodeURIComponent(calendar.id)}`,
          version: calendar.version,
        })
      }
    >
      <p>{words.removeHelp}</p>
    </Dialog>
  );
}
