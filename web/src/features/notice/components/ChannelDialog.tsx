// Adds or edits a channel. What is secret is typed anew, or kept.
import { Checkbox, PasswordInput } from '@mantine/core';
import { choiceOf, type Choice } from '@/lib/lookup';
import { fieldId, useForm, type Form } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { ZONES } from '@/lib/dates';
import { Dialog } from '@/ui/Dialog';
import { ErrorSummary, NumberField, Pair, SelectField, TextField } from '@/ui/Form';
import { ServicesPicker } from '@/ui/Picker';
import { AUDIENCES, CHANNELS } from '../texts';

type Channel = Schema<'Channel'>;

interface Values {
  name: string;
  kind: string;
  host: string;
  port: number | null;
  security: string;
  user: string;
  password: string;
  from: string;
  url: string;
  secret: string;
  audience: string;
  zone: string | null;
  services: Choice[];
  off: boolean;
}

const MAIL: (keyof Values)[] = ['host', 'port', 'security', 'user', 'password', 'from'];
const OTHER: (keyof Values)[] = ['url', 'secret', 'audience', 'zone', 'services'];

function valuesOf(channel: Channel | undefined): Values {
  return {
    name: channel?.name ?? '',
    kind: channel?.kind ?? 'email',
    host: channel?.port ? channel.host : '',
    port: channel?.port ?? (channel ? null : 587),
    security: channel?.security ?? 'starttls',
    user: channel?.user ?? '',
    password: '',
    from: channel?.from ?? '',
    url: '',
    secret: '',
    audience: channel?.audience ?? 'operations',
    zone: channel?.zone ?? null,
    services: channel?.services.map(choiceOf) ?? [],
    off: channel?.off ?? false,
  };
}

/** Only what the kind has; a secret that was not typed stays as it is. */
function fieldsOf(values: Partial<Values>, kind: string): Record<string, unknown> {
  const foreign = kind === 'email' ? OTHER : MAIL;
  const fields: Record<string, unknown> = { ...values };
  for (const name of foreign) delete fields[name];
  for (const name of ['password', 'secret', 'url']) {
    if (fields[name] === '') delete fields[name];
  }
  if (fields.services) fields.services = values.services?.map((choice) => choice.value);
  if ('zone' in fields) fields.zone = values.zone ?? null;
  return fields;
}

interface Props {
  channel?: Channel;
  onClose: () => void;
  onDone: () => void;
}

export function ChannelDialog({ channel, onClose, onDone }: Props) {
  const form = useForm<Values>(valuesOf(channel));
  const write = useWrite(onDone);
  const { kind } = form.values;
  const submit = () =>
    write.mutate(
      channel
        ? {
            method: 'PATCH',
            path: `/channels/${channel.id}`,
            version: channel.version,
            body: fieldsOf(form.changes(), kind),
          }
        : { path: '/channels', body: fieldsOf(form.values, kind) },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  const { fields } = CHANNELS;
  return (
    <Dialog
      wide
      title={channel ? CHANNELS.editTitle : CHANNELS.new}
      submit={channel ? CHANNELS.save : CHANNELS.create}
      busy={write.isPending}
      problem={form.errors.length === 0 ? write.error : undefined}
      onClose={onClose}
      onSubmit={submit}
    >
      <ErrorSummary errors={form.errors} />
      <Pair>
        <TextField form={form} name="name" label={fields.name} required max={200} />
        <SelectField
          form={form}
          name="kind"
          label={fields.kind}
          options={CHANNELS.kinds}
          disabled={channel !== undefined}
        />
      </Pair>
      {kind === 'email' ? (
        <MailFields form={form} kept={channel?.has_secret} />
      ) : (
        <ReceiverFields form={form} channel={channel} />
      )}
      <Checkbox
        label={fields.off}
        checked={form.values.off}
        onChange={(event) => form.set('off', event.currentTarget.checked)}
      />
    </Dialog>
  );
}

function MailFields({ form, kept }: { form: Form<Values>; kept?: boolean }) {
  const { fields } = CHANNELS;
  return (
    <>
      <Pair>
        <TextField form={form} name="host" label={fields.host} required max={200} />
        <NumberField form={form} name="port" label={fields.port} min={1} max={65535} />
      </Pair>
      <Pair>
        <SelectField
          form={form}
          name="security"
          label={fields.security}
          options={CHANNELS.securities}
        />
        <TextField form={form} name="from" label={fields.from} type="email" required max={254} />
      </Pair>
      <Pair>
        <TextField form={form} name="user" label={fields.user} max={200} />
        <Secret form={form} name="password" help={kept ? CHANNELS.helpOf.kept : undefined} />
      </Pair>
    </>
  );
}

function ReceiverFields({ form, channel }: { form: Form<Values>; channel?: Channel }) {
  const { fields, helpOf } = CHANNELS;
  return (
    <>
      <Secret form={form} name="url" help={channel ? helpOf.kept : helpOf.url} />
      {form.values.kind === 'webhook' && (
        <Secret
          form={form}
          name="secret"
          help={channel?.has_secret ? helpOf.kept : helpOf.secret}
        />
      )}
      <Pair>
        <SelectField form={form} name="audience" label={fields.audience} options={AUDIENCES} />
        <SelectField
          form={form}
          name="zone"
          label={fields.zone}
          options={ZONES.map((zone) => ({ value: zone, label: zone }))}
          searchable
          clearable
        />
      </Pair>
      <ServicesPicker
        name="services"
        label={fields.services}
        help={helpOf.services}
        error={form.errorOf('services')}
        value={form.values.services}
        onChange={(services) => form.set('services', services)}
      />
    </>
  );
}

interface SecretProps {
  form: Form<Values>;
  name: 'password' | 'secret' | 'url';
  help?: string;
}

function Secret({ form, name, help }: SecretProps) {
  return (
    <PasswordInput
      id={fieldId(name)}
      label={CHANNELS.fields[name]}
      description={help}
      error={form.errorOf(name)}
      autoComplete="off"
      maxLength={name === 'url' ? 2000 : 1000}
      value={form.values[name]}
      onChange={(event) => form.set(name, event.currentTarget.value)}
    />
  );
}
