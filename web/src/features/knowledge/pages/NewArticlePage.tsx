// Writes an article down.
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { useForm } from '@/lib/forms';
import { useWrite } from '@/lib/write';
import { Form } from '@/ui/Form';
import { Page, Section } from '@/ui/Page';
import { UI } from '@/ui/texts';
import { emptyArticle, fieldsOf, type ArticleValues } from '../articleForm';
import { ArticleFields } from '../components/ArticleFields';
import { KB } from '../texts';

export default function NewArticlePage() {
  const go = useGo();
  const form = useForm<ArticleValues>(emptyArticle, 'article');
  const write = useWrite((answer) => {
    form.reset();
    go(paths.article(answer.number ?? answer.id));
  });
  const submit = () =>
    write.mutate(
      { path: '/knowledge', body: fieldsOf(form.values) },
      { onError: (problem) => form.showErrors(problem.errors) },
    );
  return (
    <Page
      title={KB.newTitle}
      narrow
      back={{ to: paths.knowledge, label: KB.title }}
      meta={form.changed ? UI.draftKept : undefined}
    >
      <Section>
        <Form
          onSubmit={submit}
          submit={KB.create}
          next={KB.createNext}
          busy={write.isPending}
          errors={form.errors}
          problem={write.error}
        >
          <ArticleFields form={form} />
        </Form>
      </Section>
    </Page>
  );
}
