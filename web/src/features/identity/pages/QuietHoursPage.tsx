// When the reader's mails wait, and whether what waited comes in one.
import { Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import { useMe, useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { Form, Pair, TextField } from '@/ui/Form';
import { Page, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { ErrorState, PartSkeleton } from '@/ui/States';
import { personPath, type Person } from '../peopleQueries';
import { quietTexts as words } from '../quietTexts';

export default function QuietHoursPage() {
  const path = personPath(useMe().person.id);
  const own = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => get<Person>(path, {}, signal),
  });
  return (
    <Page title={words.title} narrow meta={words.help}>
      {own.error && <ErrorState error={own.error} retry={() => void own.refetch()} />}
      {own.isPending && <PartSkeleton height={280} />}
      {own.data && <Hours person={own.data} />}
    </Page>
  );
}

interface Values {
  on: boolean;
  from: string;
  to: string;
  digest: boolean;
}

function valuesOf({ quiet }: Person): Values {
  return {
    on: quiet != null,
    from: quiet?.from ?? '22:00',
    to: quiet?.to ?? '07:00',
    digest: quiet?.digest ?? true,
  };
}

function Hours({ person }: { person: Person }) {
  const form = useForm<Values>(valuesOf(person));
  const write = useWrite(() => say(words.saved));
  const { on, from, to, digest } = form.values;
  const submit = () =>
    write.mutate(
      {
        method: 'PATCH',
        path: personPath(person.id),
        version: person.version,
        body: { quiet: on ? { from, to, digest } : null },
      },
      {
        onError: (error) =>
          form.showErrors(
            asProblem(error).errors.map((one) => ({
              ...one,
              pointer: one.pointer.replace('/quiet/', '/'),
            })),
          ),
      },
    );
  const zone = useZone();
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
              <Pair>
                <TextField form={form} name="from" label={words.from} type="time" required />
                <TextField
                  form={form}
                  name="to"
                  label={words.to}
                  help={words.zone(zone)}
                  type="time"
                  required
                />
              </Pair>
              <Switch
                label={words.digest}
                description={words.digestHelp}
                checked={digest}
                onChange={(event) => form.set('digest', event.currentTarget.checked)}
              />
            </>
          )}
        </Form>
      </Section>
      <Section title={words.pressing}>
        <ul>
          {words.pressingList.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <p className="soft">{words.page}</p>
      </Section>
    </>
  );
}
