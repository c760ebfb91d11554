// The form of a new release. A draft outlives a reload.
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { isFilled, useForm } from '@/lib/forms';
import { useMe } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { Page, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { UI } from '@/ui/texts';
import { ReleaseFieldsForm } from '../components/ReleaseFieldsForm';
import { EMPTY, fieldsOf, type ReleaseValues } from '../releaseForm';
import { RELEASE } from '../texts';

export default function NewReleasePage() {
  const go = useGo();
  const me = useMe();
  const owner = { value: me.person.id, label: me.person.name };
  const form = useForm<ReleaseValues>({ ...EMPTY, owner }, 'new-release');
  const write = useWrite((made) => {
    form.reset();
    say(RELEASE.created(made.number ?? made.id));
    go(paths.release(made.number ?? made.id));
  });
  const submit = () => {
    const missing = [
      ...(form.values.title.trim() ? [] : [{ pointer: '/title', detail: 'Give it a title.' }]),
      ...(form.values.type ? [] : [{ pointer: '/type', detail: 'Choose a type.' }]),
    ];
    form.showErrors(missing);
    if (missing.length > 0) return;
    write.mutate(
      { path: '/releases', body: fieldsOf(written(form.values)) },
      { onError: (problem) => form.showErrors(problem.errors) },
    );
  };
  return (
    <Page
      narrow
      title={RELEASE.createTitle}
      back={{ to: paths.releases, label: RELEASE.list }}
      meta={form.changed ? UI.draftKept : RELEASE.createHelp}
    >
      <Section>
        <ReleaseFieldsForm
          form={form}
          submit={RELEASE.createSubmit}
          next={RELEASE.createNext}
          busy={write.isPending}
          problem={write.error}
          onSubmit={submit}
          draft={form.changed}
          onCancel={() => {
            form.reset();
            go(paths.releases);
          }}
        />
      </Section>
    </Page>
  );
}

/** A new record carries only what was filled in. */
function written(values: ReleaseValues): Partial<ReleaseValues> {
  const filled = Object.entries(values).filter(([, value]) => isFilled(value));
  return Object.fromEntries(filled) as Partial<ReleaseValues>;
}
