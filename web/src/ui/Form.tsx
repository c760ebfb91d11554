// Parts of a form: the frame with the summary of errors, and fields that find their own error.
import { Button, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { fieldId, fieldOf, isFilled, type Form as FormState } from '@/lib/forms';
import { useInZone } from '@/lib/inZone';
import type { FieldError } from '@/lib/schema';
import { errorText } from './errorText';
import { useMarked, useNeeded } from './needed';
import { ProblemNote } from './States';
import { UI, wordOf } from './texts';
import classes from './Form.module.css';

interface FormProps {
  onSubmit: () => void;
  submit: string;
  /** What happens once it is sent. */
  next?: string;
  busy?: boolean;
  onCancel?: () => void;
  /** A new record: what is typed is kept until it is sent, and thrown away by name only. */
  draft?: boolean;
  errors?: FieldError[];
  /** A refusal that belongs to no field. */
  problem?: unknown;
  children: ReactNode;
}

export function Form(props: FormProps) {
  const { onSubmit, onCancel, errors = [] } = props;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <ErrorSummary errors={errors} />
      {errors.length === 0 && <ProblemNote error={props.problem} />}
      {props.children}
      <div className={classes.foot}>
        <Button type="submit" loading={props.busy}>
          {props.submit}
        </Button>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            {props.draft ? UI.discard : UI.cancel}
          </Button>
        )}
        {props.next && <p className={classes.next}>{props.next}</p>}
      </div>
    </form>
  );
}

/** All errors at once, each a link to its field. */
export function ErrorSummary({ errors }: { errors: FieldError[] }) {
  const local = useInZone();
  const box = useRef<HTMLDivElement>(null);
  // A long form is sent from its foot; what has to be mended stands at its head.
  useEffect(() => {
    if (!box.current) return;
    box.current.scrollIntoView({ block: 'center' });
    box.current.focus({ preventScroll: true });
  }, [errors.length]);
  if (errors.length === 0) return null;
  const goTo = (pointer: string) => {
    const field = document.getElementById(fieldId(fieldOf(pointer)));
    const folded = field?.closest('details');
    if (folded) folded.open = true;
    field?.focus();
    field?.scrollIntoView({ block: 'center' });
  };
  return (
    <div ref={box} className={classes.summary} role="alert" tabIndex={-1}>
      <h2>{UI.errorsTitle}</h2>
      <ul>
        {errors.map((error) => (
          <li key={error.pointer + error.detail}>
            <a
              href={`#${fieldId(fieldOf(error.pointer))}`}
              onClick={(event) => {
                event.preventDefault();
                goTo(error.pointer);
              }}
            >
              {local(errorText(error))}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Fields under one heading. */
export function FieldSet({ title, help, children }: FieldSetProps) {
  return (
    <fieldset className={classes.set}>
      <legend>{title}</legend>
      {help && <p className={classes.help}>{help}</p>}
      {children}
    </fieldset>
  );
}

interface FieldSetProps {
  title: string;
  help?: string;
  children: ReactNode;
}

interface FoldedSetProps<Values> {
  form: FormState<Values>;
  title: string;
  /** The fields inside, to be counted. */
  names: (keyof Values & string)[];
  children: ReactNode;
}

/** Fields that few records need: folded away unless one of them is needed to submit, and saying how many of them are filled. */
export function FoldedSet<Values>({ form, title, names, children }: FoldedSetProps<Values>) {
  const filled = names.filter((name) => isFilled(form.values[name])).length;
  const needed = useNeeded();
  // Open from the start; what one opens or closes later stays so.
  const [open] = useState(() => names.some((name) => needed.includes(name)));
  const wrong = names.filter((name) => form.errorOf(name)).length;
  return (
    <details className={classes.folded} open={open}>
      <summary>
        <strong>{title}</strong>
        <span className={classes.filled}>{UI.filled(filled, names.length)}</span>
        {wrong > 0 && <span className={classes.wrong}>{UI.toMend(wrong)}</span>}
      </summary>
      <div className={classes.inside} role="group" aria-label={title}>
        {children}
      </div>
    </details>
  );
}

export function FoldedSets({ children }: { children: ReactNode }) {
  return <div className={classes.folds}>{children}</div>;
}

/** Two fields side by side where there is room. */
export function Pair({ children }: { children: ReactNode }) {
  return <div className={classes.pair}>{children}</div>;
}

type NamesOf<Values, Kind> = {
  [Name in keyof Values]-?: Values[Name] extends Kind ? Name : never;
}[keyof Values] &
  string;

interface FieldProps<Values, Kind> {
  form: FormState<Values>;
  name: NamesOf<Values, Kind>;
  label: string;
  help?: string;
  required?: boolean;
  disabled?: boolean;
}

function useCommon<Values, Kind>(props: FieldProps<Values, Kind>) {
  const local = useInZone();
  const marked = useMarked(props.name, props.label, props.help);
  const { form, name, required, disabled } = props;
  const error = form.errorOf(name);
  return {
    id: fieldId(name),
    ...marked,
    error: error && local(error),
    withAsterisk: required,
    disabled,
  };
}

export function TextField<Values>(
  props: FieldProps<Values, string | undefined> & {
    type?: string;
    autoFocus?: boolean;
    max?: number;
  },
) {
  const { form, name } = props;
  return (
    <TextInput
      {...useCommon(props)}
      type={props.type}
      autoFocus={props.autoFocus}
      maxLength={props.max}
      value={(form.values[name] as string | undefined) ?? ''}
      onChange={(event) => form.set(name, event.currentTarget.value as Values[typeof name])}
    />
  );
}

export function LongTextField<Values>(
  props: FieldProps<Values, string | undefined> & { rows?: number; placeholder?: string },
) {
  const { form, name } = props;
  return (
    <Textarea
      {...useCommon(props)}
      autosize
      minRows={props.rows ?? 3}
      maxRows={24}
      placeholder={props.placeholder}
      value={(form.values[name] as string | undefined) ?? ''}
      onChange={(event) => form.set(name, event.currentTarget.value as Values[typeof name])}
    />
  );
}

export function NumberField<Values>(
  props: FieldProps<Values, number | null | undefined> & {
    min?: number;
    max?: number;
    suffix?: string;
  },
) {
  const { form, name } = props;
  return (
    <NumberInput
      {...useCommon(props)}
      min={props.min ?? 0}
      max={props.max}
      suffix={props.suffix}
      allowDecimal={false}
      value={(form.values[name] as number | null | undefined) ?? ''}
      onChange={(value) =>
        form.set(name, (value === '' ? undefined : Number(value)) as Values[typeof name])
      }
    />
  );
}

export function SelectField<Values>(
  props: FieldProps<Values, string | null | undefined> & {
    options: (string | { value: string; label: string })[];
    clearable?: boolean;
    searchable?: boolean;
  },
) {
  const { form, name } = props;
  return (
    <Select
      {...useCommon(props)}
      clearable={props.clearable}
      searchable={props.searchable}
      allowDeselect={false}
      data={props.options.map((option) =>
        typeof option === 'string' ? { value: option, label: wordOf(option) } : option,
      )}
      value={(form.values[name] as string | null | undefined) ?? null}
      onChange={(value) => form.set(name, (value ?? undefined) as Values[typeof name])}
    />
  );
}

export function TagsField<Values>(
  props: FieldProps<Values, string[] | undefined> & { placeholder?: string },
) {
  const { form, name } = props;
  return (
    <TagsInput
      {...useCommon(props)}
      placeholder={props.placeholder}
      value={(form.values[name] as string[] | undefined) ?? []}
      onChange={(value) => form.set(name, value as Values[typeof name])}
    />
  );
}
