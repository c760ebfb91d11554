// One CI: what it is, what it needs, what needs it, and the latest changes on it.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { paths } from '@/app/paths';
import { queryText } from '@/lib/client';
import { useParam } from '@/lib/address';
import type { Schema } from '@/lib/schema';
import { Columns, Facts, Page, Section } from '@/ui/Page';
import { History } from '@/ui/record/History';
import { RefLink } from '@/ui/RefLink';
import { say } from '@/ui/say';
import { ErrorState, RecordSkeleton } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { CiDialog } from '../components/CiDialog';
import { Criticality } from '../components/Criticality';
import { LatestChanges } from '../components/LatestChanges';
import { MapSection } from '../components/MapSection';
import { RelationsDialog } from '../components/RelationsDialog';
import { Running } from '../components/Running';
import { ciPath, useCi, type Ci } from '../queries';
import { relationWord, texts } from '../texts';
import classes from '../components/service.module.css';

const { fields } = texts;

export default function CiPage() {
  const ci = useCi(useParam('id'));
  if (ci.error) return <ErrorState page error={ci.error} retry={() => void ci.refetch()} />;
  if (!ci.data) return <RecordSkeleton />;
  return <CiView ci={ci.data} />;
}

function CiView({ ci }: { ci: Ci }) {
  const [open, setOpen] = useState<'edit' | 'relations'>();
  const edit = ci.actions?.find((action) => action.name === 'edit');
  const relate = ci.actions?.find((action) => action.name === 'set_relations');
  const close = () => setOpen(undefined);
  return (
    <Page
      title={ci.name}
      back={{ to: paths.cis, label: texts.back.cis }}
      meta={
        <>
          <span>{wordOf(ci.kind)}</span>
          <span>{wordOf(ci.environment)}</span>
        </>
      }
      primary={{
        name: 'edit',
        label: texts.edit,
        allowed: edit?.allowed ?? true,
        refusal: edit?.refusal,
        run: () => setOpen('edit'),
      }}
    >
      <Columns
        main={
          <>
            <MapSection path={ciPath(ci.id)} focus={ci.id} />
            <LatestChanges
              changes={ci.changes ?? []}
              all={paths.changes + queryText({ ci: ci.name })}
            />
            <Section title={texts.history} flush>
              <History subject={ci.id} />
            </Section>
          </>
        }
        side={
          <>
            <Section title={texts.facts}>
              <Facts facts={factsOf(ci)} />
            </Section>
            <Section
              title={texts.relations}
              aside={
                <Button
                  size="compact-sm"
                  variant="default"
                  disabled={relate?.allowed === false}
                  title={relate?.refusal?.detail}
                  onClick={() => setOpen('relations')}
                >
                  {texts.editRelations}
                </Button>
              }
            >
              <RelationList relations={ci.relations ?? []} none={texts.noRelations} />
            </Section>
            <Section title={texts.dependants}>
              <RelationList relations={ci.dependants ?? []} none={texts.noDependants} />
            </Section>
          </>
        }
      />
      {open === 'edit' && (
        <CiDialog
          ci={ci}
          onClose={close}
          onDone={() => {
            close();
            say(texts.saved);
          }}
        />
      )}
      {open === 'relations' && <RelationsDialog ci={ci} onClose={close} />}
    </Page>
  );
}

function factsOf(ci: Ci): [string, React.ReactNode][] {
  return [
    [fields.criticality, <Criticality key="criticality" level={ci.criticality} />],
    [
      fields.service,
      ci.service && <RefLink key="service" record={ci.service} to={paths.service(ci.service.id)} />,
    ],
    [fields.region, ci.region],
    [
      fields.version_running,
      ci.version_running && <Running version={ci.version_running} release={ci.version_release} />,
    ],
  ];
}

function RelationList({ relations, none }: { relations: Schema<'Relation'>[]; none: string }) {
  if (relations.length === 0) return <p className="soft">{none}</p>;
  return (
    <ul className={classes.relations}>
      {relations.map((relation) => (
        <li key={relation.kind + relation.ci.id}>
          <span className="soft">{relationWord(relation.kind)}</span>
          <RefLink record={relation.ci} to={paths.ci(relation.ci.id)} />
        </li>
      ))}
    </ul>
  );
}
