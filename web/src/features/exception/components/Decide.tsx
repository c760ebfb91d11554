// The verbs of one exception, as the API allows them, each with the dialog that asks why.
import { useState } from 'react';
import { useWrite } from '@/lib/write';
import { verbs } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { ReasonDialog } from '@/ui/Dialog';
import { say } from '@/ui/say';
import { exceptionPath, useException, type Exception } from '../queries';
import { texts } from '../texts';
import classes from './decide.module.css';

type Verb = keyof typeof texts.verb;

export function Decide({ row }: { row: Exception }) {
  const [open, setOpen] = useState<Verb>();
  const exception = useException(row.id);
  const text = (name: Verb) => ({
    label: texts.verb[name],
    danger: name !== 'grant',
    run: () => setOpen(name),
  });
  const items = verbs(exception.data?.actions, {
    grant: text('grant'),
    refuse: text('refuse'),
    revoke: text('revoke'),
  }).filter((item) => item.allowed || item.refusal?.code !== 'exception.wrong_state');
  if (items.length === 0) return null;
  return (
    <div className={classes.verbs}>
      {items.map((item) => (
        <ActionButton key={item.name} size="compact-sm" item={item} />
      ))}
      {open && <Ask row={row} verb={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function Ask({ row, verb, onClose }: { row: Exception; verb: Verb; onClose: () => void }) {
  const write = useWrite(() => {
    say(`${row.number} ${texts.done[verb]}`);
    onClose();
  });
  return (
    <ReasonDialog
      title={`${texts.verb[verb]} ${row.number}`}
      submit={texts.verb[verb]}
      label={verb === 'grant' ? texts.remark : texts.reason}
      required={verb !== 'grant'}
      danger={verb !== 'grant'}
      busy={write.isPending}
      problem={write.error}
      onClose={onClose}
      onSubmit={(reason) =>
        write.mutate({ path: `${exceptionPath(row.id)}/${verb}`, body: { reason } })
      }
    >
      <p>{texts.help[verb]}</p>
    </ReasonDialog>
  );
}
