// The models in force: what each type is for, how it does, its states, its approval, its file.
import { useModels } from '@/lib/lookup';
import { Page, Section } from '@/ui/Page';
import { EmptyState, ErrorState, PartSkeleton } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { Effect } from '../components/Effect';
import { Keeper } from '../components/Keeper';
import classes from '../components/models.module.css';
import { useEffectOf, type Model } from '../queries';
import { POLICY } from '../texts';

export default function ModelsPage() {
  const models = useModels();
  const groups = [
    { title: POLICY.releases, kind: 'release' },
    { title: POLICY.changes, kind: 'change' },
  ];
  return (
    <Page title={POLICY.title} meta={<span>{POLICY.meta}</span>}>
      {models.error && <ErrorState error={models.error} retry={() => void models.refetch()} />}
      {models.isPending && <PartSkeleton height={280} />}
      {models.data?.length === 0 && (
        <EmptyState icon="settings" title={POLICY.emptyTitle}>
          <p>{POLICY.empty}</p>
        </EmptyState>
      )}
      {models.data &&
        groups.map(({ title, kind }) => {
          const found = models.data.filter((model) => model.kind === kind);
          if (found.length === 0) return null;
          return <Group key={kind} title={title} kind={kind} models={found} />;
        })}
    </Page>
  );
}

function Group({ title, kind, models }: { title: string; kind: string; models: Model[] }) {
  const reports = useEffectOf(kind);
  const failed = reports.find((report) => report.error);
  return (
    <section aria-label={title} className={classes.group}>
      <h2 className={classes.groupTitle}>{title}</h2>
      {failed && <ErrorState error={failed.error} retry={() => void failed.refetch()} />}
      {models.map((model) => (
        <ModelBlock key={model.name} model={model} reports={reports} />
      ))}
    </section>
  );
}

type BlockProps = { model: Model; reports: ReturnType<typeof useEffectOf> };

function ModelBlock({ model, reports }: BlockProps) {
  return (
    <Section
      title={model.title}
      aside={
        <>
          <span className="mono">{model.name}</span> {POLICY.version(model.version)}
        </>
      }
    >
      <p className={classes.words}>{model.description}</p>
      <Keeper model={model} />
      <Effect model={model} reports={reports} />
      {model.cadence && <p className="soft">{POLICY.cadence(model.cadence)}</p>}
      {model.states.length > 0 && <States states={model.states} />}
      <h3 className={classes.small}>{POLICY.approval}</h3>
      {model.approval.length === 0 ? (
        <p className="soft">{POLICY.noApproval}</p>
      ) : (
        <ol className={classes.approval}>
          {model.approval.map((stage) => (
            <li key={stage}>{stage}</li>
          ))}
        </ol>
      )}
      <details className={classes.source}>
        <summary>{POLICY.source}</summary>
        <pre tabIndex={0}>{model.source}</pre>
      </details>
    </Section>
  );
}

function States({ states }: { states: Model['states'] }) {
  return (
    <>
      <h3 className={classes.small}>{POLICY.states}</h3>
      <ol className={classes.states}>
        {states.map((state) => (
          <li key={state.name}>
            {wordOf(state.name)}
            {state.phase !== state.name && <span className="soft"> {wordOf(state.phase)}</span>}
          </li>
        ))}
      </ol>
    </>
  );
}
