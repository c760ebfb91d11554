// Adds or edits a period of the calendar, such as a maintenance window or a blackout.
import { choiceOf, type Choice } from '@/lib/lookup';
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import type { Schema, Window } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, LongTextField, SelectField, TagsField, TextField } from '@/ui/Form';
import { ServicesPicker } from '@/ui/Picker';
import { RuleField } from '@/ui/RuleField';
import { RULE } from '@/ui/ruleTexts';
import { wordOf } from '@/ui/texts';
import { WindowField } from '@/ui/WindowField';
import { toWall } from '@/lib/zone';
import { ENVIRONMENTS, type BandWords } from '../bandTexts';
import { BandPreview } from './BandPreview';

interface Values {
  name: string;
  reason: string;
  services: Choice[];
  environment: string | undefined;
  window: Window | null;
  repeats: string;
  except: string[];
  also: string[];
}

function valuesOf(band: Schema<'BandRecord'> | undefined): Values {
  return {
    name: band?.name ?? '',
    reason: band?.reason ?? '',
    services: band?.services.map(choiceOf) ?? [],
    environment: band?.environment ?? undefined,
    window: band?.window ?? null,
    repeats: band?.repeats ?? 'none',
    except: band?.except ?? [],
    also: band?.also ?? [],
  };
}

function fieldsOf(values: Partial<Values>): Record<string, unknown> {
  const { services, ...rest } = values;
  return {
    ...rest,
    ...(services ? { services: services.map((each) => each.value) } : {}),
  };
}

/** What the preview asks for: when it is, and for whom. */
function timesOf(values: Values): Record<string, unknown> {
  const { services, environment, window, repeats, except, also } = values;
  return fieldsOf({ services, environment, window, repeats, except, also });
}

interface Props {
  words: BandWords;
  /** Whether a reason has to be given. */
  reasoned: boolean;
  band?: Schema<'BandRecord'>;
  onClose: () => void;
  onDone: () => void;
}

export function BandDialog({ words, reasoned, band, onClose, onDone }: Props) {
  const form = useForm<Values>(valuesOf(band));
  const write = useWrite(onDone);
  const submit = () => {
    const body = fieldsOf(band ? form.changes() : form.values);
    write.mutate(
      band
        ? {
            method: 'PATCH',
            path: `${words.path}/${encodeURIComponent(band.id)}`,
            version: band.version,
            body,
          }
        : { path: words.path, body },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  };
  const { fields } = words;
  const { window } = form.values;
  const first = toWall(window?.start ?? new Date().toISOString(), window?.zone ?? 'UTC');
  return (
    <Dialog
      wide
      title={band ? words.editTitle : words.newTitle}
      submit={band ? words.save : words.create}
      busy={write.isPending}
      problem={form.errors.length === 0 ? write.error : undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <ErrorSummary errors={form.errors} />
      <TextField form={form} name="name" label={fields.name} required max={200} />
      <LongTextField form={form} name="reason" label={fields.reason} required={reasoned} rows={2} />
      <WindowField
        label={fields.window}
        required
        error={form.errorOf('window')}
        value={form.values.window}
        onChange={(window) => form.set('window', window)}
      />
      <RuleField
        value={form.values.repeats}
        first={first}
        error={form.errorOf('repeats')}
        onChange={(repeats) => {
          form.set('repeats', repeats);
          if (repeats === 'none') form.set('except', []);
        }}
      />
      {form.values.repeats !== 'none' && (
        <>
          <TagsField form={form} name="except" label={RULE.except} help={RULE.exceptHelp} />
          <TagsField form={form} name="also" label={RULE.also} help={RULE.alsoHelp} />
        </>
      )}
      <ServicesPicker
        name="services"
        label={fields.services}
        help={words.servicesHelp}
        error={form.errorOf('services')}
        value={form.values.services}
        onChange={(services) => form.set('services', services)}
      />
      <SelectField
        form={form}
        name="environment"
        label={fields.environment}
        help={words.environmentAny}
        clearable
        options={ENVIRONMENTS.map((value) => ({ value, label: wordOf(value) }))}
      />
      <BandPreview path={words.path} replaces={band?.id} fields={timesOf(form.values)} />
    </Dialog>
  );
}
