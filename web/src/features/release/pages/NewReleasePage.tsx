// The form of a new release. A draft outlives a reload.
import { useState } from 'react';
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { send } from '@/lib/client';
import { isFilled, useForm } from '@/lib/forms';
import type { Choice } from '@/lib/lookup';
import { asProblem } from '@/lib/problem';
import { useMe } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { Page, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { sentence, UI } from '@/ui/texts';
import { ProposedType } from '../components/ProposedType';
import { ReleaseFieldsForm } from '../components/ReleaseFieldsForm';
import { releasePath } from '../queries';
import { EMPTY, fieldsOf, type ReleaseValues } from '../releaseForm';
import { PROPOSED } from '../afterTexts';
import { RELEASE } from '../texts';

export default function NewReleasePage() {
  const go = useGo();
  const me = useMe();
  const owner = { value: me.person.id, label: me.person.name };
  const form = useForm<ReleaseValues>({ ...EMPTY, owner }, 'new-release');
  const [changes, setChanges] = useState<Choice[]>([]);
  const write = useWrite((made) => {
    const number = made.number ?? made.id;
    form.reset();
    void attach(number, made.version, changes).then((refused) => {
      say([RELEASE.created(number), ...refused].join(' '));
      go(paths.release(number));
    });
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
        <ProposedType
          changes={changes}
          onChanges={setChanges}
          environment={form.values.environment}
          tags={form.values.tags}
          type={form.values.type}
          onUse={(type) => form.set('type', type)}
        />
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

/** Attaches changes one after the other; answers those that could not join, with why. */
async function attach(release: string, seen: number, changes: Choice[]): Promise<string[]> {
  const refused: string[] = [];
  let version = seen;
  for (const { value, label } of changes) {
    try {
      const path = `${releasePath(release)}/changes/${encodeURIComponent(value)}`;
      version = (await send('PUT', path, undefined, { version })).version;
    } catch (error) {
      refused.push(PROPOSED.refused(label, sentence(asProblem(error).message)));
    }
  }
  return refused;
}

/** A new record carries only what was filled in. */
function written(values: ReleaseValues): Partial<ReleaseValues> {
  const filled = Object.entries(values).filter(([, value]) => isFilled(value));
  return Object.fromEntries(filled) as Partial<ReleaseValues>;
}
