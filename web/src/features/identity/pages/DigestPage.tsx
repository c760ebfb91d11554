// Whether the reader is told once a week where releases stand, of which types, and when.
import { MultiSelect, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { fieldId, useForm } from '@/lib/forms';
import { useModels } from '@/lib/lookup';
import { asProblem } from '@/lib/problem';
import { useMe, useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { Form, Pair, SelectField } from '@/ui/Form';
import { Page, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { ErrorState, PartSkeleton } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { DAYS, digestTexts as words, HOURS } from '../digestTexts';
import { personPath, type Person } from '../peopleQueries';

export default function DigestPage() {
  const path = personPath(useMe().person.id);
  const own = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => get<Person>(path, {}, signal),
  });
  return (
    <Page title={words.title} narrow meta={words.help}>
      {own.error && <ErrorState error={own.error} retry={() => void own.refetch()} />}
      {own.isPending && <PartSkeleton height={280} />}
      {own.data && <Digest person={own.data} />}
    </Page>
  );
}

interface Values {
  on: boolean;
  types: string[];
  weekday: string;
  hour: string;
}

function valuesOf({ digest }: Person): Values {
  return {
    on: digest != null,
    types: digest?.types ?? ['major'],
    weekday: digest?.weekday ?? 'monday',
    hour: String(digest?.hour ?? 8),
  };
}

function Digest({ person }: { person: Person }) {
  const form = useForm<Values>(valuesOf(person));
  const write = useWrite(() => say(words.saved));
  const { on, types, weekday, hour } = form.values;
  const submit = () =>
    write.mutate(
      {
        method: 'PATCH',
        path: personPath(person.id),
        version: person.version,
        body: { digest: on ? { types, weekday, hour: Number(hour) } : null },
      },
      {
        onError: (error) =>
          form.showErrors(
            asProblem(error).errors.map((one) => ({
              ...one,
              pointer: one.pointer.replace('/digest/', '/'),
            })),
          ),
      },
    );
  const zone = useZone();
  const models = useModels().data ?? [];
  const known = models.filter((model) => model.kind === 'release').map((model) => model.name);
  // One that is chosen and no longer there is shown, so that it can be taken away.
  const choices = [...new Set([...known, ...types])];
  return (
    <>
      <Section>
        <Form
          onSubmit={submit}
          submit={words.save}
          busy={write.isPending}
          errors={form.errors}
          problem={write.error}
        >
          {person.email === '' && <p>{words.noAddress}</p>}
          <Switch
            label={words.on}
            checked={on}
            onChange={(event) => form.set('on', event.currentTarget.checked)}
          />
          {on && (
            <>
              <MultiSelect
                id={fieldId('types')}
                label={words.types}
                description={words.typesHelp}
                error={form.errorOf('types')}
                withAsterisk
                data={choices.map((name) => ({ value: name, label: wordOf(name) }))}
                value={types}
                onChange={(chosen) => form.set('types', chosen)}
              />
              <Pair>
                <SelectField
                  form={form}
                  name="weekday"
                  label={words.weekday}
                  options={DAYS}
                  required
                />
                <SelectField
                  form={form}
                  name="hour"
                  label={words.hour}
                  help={words.zone(zone)}
                  options={HOURS}
                  required
                />
              </Pair>
            </>
          )}
        </Form>
      </Section>
      <Section title={words.what}>
        <ul>
          {words.whatList.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <p>{words.each}</p>
        <p className="soft">{words.none}</p>
      </Section>
    </>
  );
}
