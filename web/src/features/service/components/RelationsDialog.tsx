// Edits what a CI needs: one line a relation, the whole list is written at once.
import { ActionIcon, Button, Select } from '@mantine/core';
import { useState } from 'react';
import { choiceOf, type Choice } from '@/lib/lookup';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { Icon } from '@/ui/icons';
import { CiPicker } from '@/ui/Picker';
import { ciPath, type Ci } from '../queries';
import { RELATION_KINDS, relationWord, texts } from '../texts';
import classes from './service.module.css';

interface Line {
  /** Stays with the line while others come and go. */
  key: number;
  kind: string;
  to: Choice | null;
}

export function RelationsDialog({ ci, onClose }: { ci: Ci; onClose: () => void }) {
  const [lines, setLines] = useState<Line[]>(() =>
    (ci.relations ?? []).map((relation, key) => ({
      key,
      kind: relation.kind,
      to: choiceOf(relation.ci),
    })),
  );
  const write = useWrite(onClose);
  const set = (key: number, part: Partial<Line>) =>
    setLines(lines.map((line) => (line.key === key ? { ...line, ...part } : line)));
  const add = () => {
    const key = Math.max(-1, ...lines.map((line) => line.key)) + 1;
    setLines([...lines, { key, kind: 'uses', to: null }]);
  };
  const submit = () =>
    write.mutate({
      method: 'PUT',
      path: `${ciPath(ci.id)}/relations`,
      version: ci.version,
      body: {
        relations: lines
          .filter((line) => line.to)
          .map((line) => ({ kind: line.kind, to: line.to?.value })),
      },
    });
  return (
    <Dialog
      wide
      title={texts.relationsTitle(ci.name)}
      submit={texts.save}
      busy={write.isPending}
      problem={write.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <p className="soft">{texts.relationsHelp}</p>
      {lines.map((line) => (
        <div key={line.key} className={classes.relationRow}>
          <Select
            label={texts.relationKind}
            allowDeselect={false}
            data={RELATION_KINDS.map((kind) => ({ value: kind, label: relationWord(kind) }))}
            value={line.kind}
            onChange={(kind) => kind && set(line.key, { kind })}
          />
          <CiPicker
            label={texts.relationTo}
            value={line.to}
            onChange={(to) => set(line.key, { to })}
          />
          <ActionIcon
            size={30}
            aria-label={texts.removeRelation(line.to?.label ?? '')}
            onClick={() => setLines(lines.filter((each) => each.key !== line.key))}
          >
            <Icon name="close" />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          size="compact-md"
          variant="default"
          leftSection={<Icon name="plus" size={14} />}
          onClick={add}
        >
          {texts.addRelation}
        </Button>
      </div>
    </Dialog>
  );
}
