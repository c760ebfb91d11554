// Dialogs: a frame, and the one that asks why.
import { Button, Textarea } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { Sheet } from './Sheet';
import { ProblemNote } from './States';
import { UI } from './texts';
import classes from './Dialog.module.css';

interface DialogProps {
  title: string;
  onClose: () => void;
  /** The verb on the button. */
  submit: string;
  onSubmit: () => void;
  busy?: boolean;
  problem?: unknown;
  danger?: boolean;
  disabled?: boolean;
  wide?: boolean;
  children?: ReactNode;
}

export function Dialog(props: DialogProps) {
  const [typed, setTyped] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    props.onSubmit();
  };
  return (
    <Sheet title={props.title} onClose={props.onClose} width={props.wide ? 720 : 480} held={typed}>
      <form className={classes.form} onSubmit={submit} onInput={() => setTyped(true)} noValidate>
        <ProblemNote error={props.problem} />
        {props.children}
        <div className={classes.foot}>
          <Button variant="default" onClick={props.onClose}>
            {UI.cancel}
          </Button>
          <Button
            type="submit"
            color={props.danger ? 'red' : undefined}
            loading={props.busy}
            disabled={props.disabled}
          >
            {props.submit}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}

interface ReasonDialogProps {
  title: string;
  submit: string;
  onClose: () => void;
  onSubmit: (reason: string | undefined) => void;
  /** What happens then. */
  children?: ReactNode;
  required?: boolean;
  label?: string;
  busy?: boolean;
  problem?: unknown;
  danger?: boolean;
}

export function ReasonDialog(props: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const submit = () => {
    const text = reason.trim();
    if (props.required && text === '') setMissing(true);
    else props.onSubmit(text === '' ? undefined : text);
  };
  return (
    <Dialog
      title={props.title}
      submit={props.submit}
      onClose={props.onClose}
      onSubmit={submit}
      busy={props.busy}
      problem={props.problem}
      danger={props.danger}
    >
      {props.children && <div className={classes.words}>{props.children}</div>}
      <Textarea
        data-autofocus
        label={props.label ?? UI.reason}
        withAsterisk={props.required}
        error={missing ? UI.reasonNeeded : undefined}
        autosize
        minRows={3}
        maxRows={12}
        maxLength={4000}
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
          setMissing(false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
        }}
      />
    </Dialog>
  );
}
