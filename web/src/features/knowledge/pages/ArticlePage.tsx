// An article: its newest text, what differs from what was published, its versions, its history.
import { useState } from 'react';
import { paths } from '@/app/paths';
import { useAddress, useParam } from '@/lib/address';
import { queryText } from '@/lib/client';
import { useForm } from '@/lib/forms';
import { useVerb } from '@/lib/verb';
import { useWrite } from '@/lib/write';
import { pickPrimary, verbs } from '@/ui/actions';
import { ReasonDialog } from '@/ui/Dialog';
import { Form } from '@/ui/Form';
import { Link } from '@/ui/Link';
import { LinkTabs } from '@/ui/LinkTabs';
import { Columns, Facts, Page, Section } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { History } from '@/ui/record/History';
import { RefLink } from '@/ui/RefLink';
import { say } from '@/ui/say';
import { ErrorState, ProblemNote, RecordSkeleton } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { Time } from '@/ui/Time';
import { fieldsOf, valuesOf, type ArticleValues } from '../articleForm';
import { ArticleFields } from '../components/ArticleFields';
import { DifferenceLines } from '../components/DifferenceLines';
import { articlePath, useArticle, type Article } from '../queries';
import { KB } from '../texts';
import classes from '../components/article.module.css';

const TABS = ['text', 'difference', 'history'] as const;

export default function ArticlePage() {
  const article = useArticle(useParam('id'));
  if (article.error) {
    return <ErrorState page error={article.error} retry={() => void article.refetch()} />;
  }
  if (!article.data) return <RecordSkeleton />;
  return <Inside article={article.data} />;
}

function Inside({ article }: { article: Article }) {
  const [address] = useAddress();
  const [open, setOpen] = useState<'edit' | 'retire'>();
  const tab = TABS.find((each) => each === address.tab) ?? 'text';
  const path = articlePath(article.number);
  const verb = useVerb(path, article.version, (done) => {
    setOpen(undefined);
    say(`${article.number} ${KB.done[done] ?? done}`);
  });
  const all = verbs(article.actions, {
    publish: { label: KB.verb.publish, run: () => verb.run('publish'), busy: verb.busy },
    approve: { label: KB.verb.approve, run: () => verb.run('approve'), busy: verb.busy },
    edit: { label: KB.verb.edit, run: () => setOpen('edit') },
    retire: { label: KB.verb.retire, run: () => setOpen('retire'), danger: true },
  });
  const primary = pickPrimary(all, ['publish', 'approve', 'edit']);
  return (
    <Page
      title={article.title}
      number={article.number}
      back={{ to: paths.knowledge, label: KB.title }}
      badges={
        <>
          <StatePill word={article.kind} />
          <StatePill word={article.state} />
        </>
      }
      primary={primary}
      others={all}
    >
      {open !== 'retire' && <ProblemNote error={verb.problem} />}
      <LinkTabs
        label={KB.tabsLabel}
        current={tab}
        tabs={TABS.map((key) => ({
          key,
          label: KB.tabs[key],
          to: paths.article(article.number) + queryText({ tab: key === 'text' ? undefined : key }),
        }))}
      />
      {open === 'edit' ? (
        <EditForm article={article} onEnd={() => setOpen(undefined)} />
      ) : (
        <Tab article={article} tab={tab} version={address.version} />
      )}
      {open === 'retire' && (
        <ReasonDialog
          title={KB.verb.retire}
          submit={KB.verb.retire}
          danger
          required
          busy={verb.busy}
          problem={verb.problem}
          onClose={() => {
            verb.clear();
            setOpen(undefined);
          }}
          onSubmit={(reason) => verb.run('retire', { reason })}
        >
          {KB.retireHelp}
        </ReasonDialog>
      )}
    </Page>
  );
}

interface TabProps {
  article: Article;
  tab: (typeof TABS)[number];
  version?: string;
}

function Tab({ article, tab, version }: TabProps) {
  if (tab === 'history') {
    return (
      <Section flush>
        <History subject={article.number} />
      </Section>
    );
  }
  if (tab === 'difference') {
    return (
      <Section title={version ? KB.versionOf(Number(version)) : KB.newest}>
        <DifferenceLines article={article.number} to={version} />
      </Section>
    );
  }
  return (
    <Columns
      main={
        <Section title={KB.text}>
          <Prose text={article.body} />
        </Section>
      }
      side={
        <>
          <Section title={KB.facts}>
            <ArticleFacts article={article} />
          </Section>
          <Section title={KB.versions}>
            <Versions article={article} />
          </Section>
        </>
      }
    />
  );
}

function ArticleFacts({ article }: { article: Article }) {
  const { fields } = KB;
  const named = (refs: Article['services']) =>
    refs.map((record, index) => (
      <span key={record.id}>
        {index > 0 && ', '}
        <RefLink record={record} />
      </span>
    ));
  const facts: [string, React.ReactNode][] = [
    [fields.kind, wordOf(article.kind)],
    [fields.audience, KB.audiences[article.audience] ?? article.audience],
    [KB.inForce, article.in_force ? KB.versionOf(article.in_force) : KB.notInForce],
    [fields.services, article.services.length > 0 && named(article.services)],
    [fields.release, article.release && <RefLink key="r" record={article.release} />],
    [KB.authors, article.authors.map((author) => author.name).join(', ')],
    [KB.approvedBy, article.approved_by?.name],
  ];
  if (article.retired) {
    const { by, at, reason } = article.retired;
    facts.push([
      KB.retired,
      <span key="retired">
        {by}, <Time at={at} />: {reason}
      </span>,
    ]);
  }
  return (
    <>
      <Facts facts={facts} />
      <p>
        <a href={`/api/v1${articlePath(article.number)}/markdown`} download>
          {KB.exported}
        </a>
      </p>
    </>
  );
}

function Versions({ article }: { article: Article }) {
  if (article.versions.length === 0) return <p className="soft">{KB.noVersions}</p>;
  const difference = (version: number) =>
    paths.article(article.number) + queryText({ tab: 'difference', version: String(version) });
  return (
    <ol className={classes.versions}>
      {article.versions.map((version) => (
        <li key={version.version}>
          <Link to={difference(version.version)}>{KB.versionOf(version.version)}</Link>{' '}
          <span className="soft">
            <Time at={version.at} /> · {version.by}
          </span>
          {version.approved_by && (
            <p className="soft">
              {KB.approvedBy} {version.approved_by.name}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

function EditForm({ article, onEnd }: { article: Article; onEnd: () => void }) {
  const key = `${article.id}:${article.version}`;
  const form = useForm<ArticleValues>(valuesOf(article), key);
  const end = () => {
    form.reset();
    onEnd();
  };
  const write = useWrite(() => {
    say(KB.saved);
    end();
  });
  const save = () =>
    write.mutate(
      {
        method: 'PATCH',
        path: articlePath(article.number),
        version: article.version,
        body: fieldsOf(form.changes()),
      },
      { onError: (problem) => form.showErrors(problem.errors) },
    );
  return (
    <Section>
      <Form
        onSubmit={save}
        submit={KB.save}
        busy={write.isPending}
        errors={form.errors}
        problem={write.error}
        onCancel={end}
      >
        <ArticleFields form={form} />
      </Form>
    </Section>
  );
}
