// Records an incident.
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import { useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { Form } from '@/ui/Form';
import { Page, Section } from '@/ui/Page';
import { UI } from '@/ui/texts';
import { IncidentFields } from '../components/IncidentFields';
import { emptyIncident, fieldsOf, type IncidentValues } from '../incidentForm';
import { texts } from '../texts';

export default function NewIncidentPage() {
  const go = useGo();
  const zone = useZone();
  const form = useForm<IncidentValues>(emptyIncident(zone), 'incident');
  const write = useWrite((answer) => {
    form.reset();
    go(paths.incident(answer.number ?? answer.id));
  });
  const submit = () =>
    write.mutate(
      { path: '/incidents', body: fieldsOf(form.values, zone) },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  return (
    <Page
      title={texts.newTitle}
      narrow
      back={{ to: paths.incidents, label: texts.back }}
      meta={form.changed ? UI.draftKept : undefined}
    >
      <Section>
        <Form
          onSubmit={submit}
          submit={texts.create}
          next={texts.createNext}
          busy={write.isPending}
          errors={form.errors}
          problem={write.error}
          draft={form.changed}
          onCancel={() => {
            form.reset();
            go(paths.incidents);
          }}
        >
          <IncidentFields form={form} />
        </Form>
      </Section>
    </Page>
  );
}
