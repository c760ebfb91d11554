// Adds or edits a maintenance window or a blackout.
import { choiceOf, type Choice } from '@/lib/lookup';
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import type { Schema, Window } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, LongTextField, SelectField, TextField } from '@/ui/Form';
import { ServicesPicker } from '@/ui/Picker';
import { wordOf } from '@/ui/texts';
import { WindowField } from '@/ui/WindowField';
import { ENVIRONMENTS, REPEATS, type BandWords } from '../bandTexts';

interface Values {
  name: string;
  reason: string;
  services: Choice[];
  environment: string | undefined;
  window: Window | null;
  repeats: string;
}

function valuesOf(band: Schema<'BandRecord'> | undefined): Values {
  return {
    name: band?.name ?? '',
    reason: band?.reason ?? '',
    services: band?.services.map(choiceOf) ?? [],
    environment: band?.environment ?? undefined,
    window: band?.window ?? null,
    repeats: band?.repeats ?? 'none',
  };
}

function fieldsOf(values: Partial<Values>, repeating: boolean): Record<string, unknown> {
  const { services, repeats, ...rest } = values;
  return {
    ...rest,
    ...(services ? { services: services.map((each) => each.value) } : {}),
    ...(repeating && repeats ? { repeats } : {}),
  };
}

interface Props {
  words: BandWords;
  repeating: boolean;
  band?: Schema<'BandRecord'>;
  onClose: () => void;
  onDone: () => void;
}

export function BandDialog({ words, repeating, band, onClose, onDone }: Props) {
  const form = useForm<Values>(valuesOf(band));
  const write = useWrite(onDone);
  const submit = () => {
    const changed = band ? form.changes() : form.values;
    const body = fieldsOf(changed, repeating);
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
      <LongTextField
        form={form}
        name="reason"
        label={fields.reason}
        required={!repeating}
        rows={2}
      />
      <WindowField
        label={fields.window}
        required
        error={form.errorOf('window')}
        value={form.values.window}
        onChange={(window) => form.set('window', window)}
      />
      {repeating && (
        <SelectField
          form={form}
          name="repeats"
          label={fields.repeats}
          help={words.repeatsHelp}
          options={REPEATS.map((value) => ({ value, label: words.repeats[value] ?? value }))}
        />
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
    </Dialog>
  );
}
