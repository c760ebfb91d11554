// Raises a change. What is typed is kept as a draft until it is sent, whatever happens.
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { useForm } from '@/lib/forms';
import { asProblem } from '@/lib/problem';
import { useWrite } from '@/lib/write';
import { FoldedSets, Form } from '@/ui/Form';
import { NeededFields } from '@/ui/needed';
import { Page, Section } from '@/ui/Page';
import { UI } from '@/ui/texts';
import { EMPTY, neededToSubmit, newFieldsOf, type ChangeValues } from '../changeForm';
import {
  ImpactFields,
  PeopleFields,
  PlanFields,
  TouchedFields,
  UndoFields,
  WhatFields,
  WhenFields,
} from '../components/ChangeFields';
import { texts } from '../texts';

export default function NewChangePage() {
  const go = useGo();
  const form = useForm<ChangeValues>(EMPTY, 'change');
  const write = useWrite((answer) => {
    form.reset(EMPTY);
    go(paths.change(answer.number ?? answer.id));
  });
  const submit = () =>
    write.mutate(
      { path: '/changes', body: newFieldsOf(form.values) },
      { onError: (error) => form.showErrors(asProblem(error).errors) },
    );
  return (
    <Page
      title={texts.newTitle}
      narrow
      back={{ to: paths.changes, label: texts.back }}
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
            form.reset(EMPTY);
            go(paths.changes);
          }}
        >
          <NeededFields value={neededToSubmit(form.values.type)}>
            <WhatFields form={form} />
            <TouchedFields form={form} />
            <WhenFields form={form} />
            <PlanFields form={form} folded />
            <FoldedSets>
              <ImpactFields form={form} />
              <PeopleFields form={form} />
              <UndoFields form={form} />
            </FoldedSets>
          </NeededFields>
        </Form>
      </Section>
    </Page>
  );
}
