// Parts of a form: the frame with the summary of errors, and fields that find their own error.
import { Button, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useEffect, useRef, type FormEvent, type ReactNode } from 'react';
import { fieldId, fieldOf, type Form as FormState } from '@/lib/forms';
import type { FieldError } from '@/lib/schema';
import { errorText } from './errorText';
import { ProblemNote } from './States';
import { UI, wordOf } from './texts';
import classes from './Form.module.css';

interface FormProps {
  onSubmit: () => void;
  submit: string;
  busy?: boolean;
  onCancel?: () => void;
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
            {UI.cancel}
          </Button>
        )}
      </div>
    </form>
  );
}

/** All errors at once, each a link to its field. */
export function ErrorSummary({ errors }: { errors: FieldError[] }) {
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
              {errorText(error)}
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

function common<Values, Kind>(props: FieldProps<Values, Kind>) {
  const { form, name, label, help, required, disabled } = props;
  const error = form.errorOf(name);
  return {
    id: fieldId(name),
    label,
    description: help,
    error,
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
      {...common(props)}
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
      {...common(props)}
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
      {...common(props)}
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
      {...common(props)}
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
      {...common(props)}
      placeholder={props.placeholder}
      value={(form.values[name] as string[] | undefined) ?? []}
      onChange={(value) => form.set(name, value as Values[typeof name])}
    />
  );
}
