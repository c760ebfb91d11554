// One service: what it is for, its CIs, their relations and its latest changes.
import { useState } from 'react';
import { paths } from '@/app/paths';
import { minutes } from '@/lib/dates';
import { queryText } from '@/lib/client';
import { useParam } from '@/lib/address';
import { Link } from '@/ui/Link';
import { Columns, Facts, Page, Section } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { History } from '@/ui/record/History';
import { Known } from '@/ui/record/Known';
import { RefLink } from '@/ui/RefLink';
import { say } from '@/ui/say';
import { ErrorState, RecordSkeleton } from '@/ui/States';
import { Criticality } from '../components/Criticality';
import { LatestChanges } from '../components/LatestChanges';
import { MapSection } from '../components/MapSection';
import { Running } from '../components/Running';
import { ServiceDialog } from '../components/ServiceDialog';
import { servicePath, useChangesOf, useService, type Service } from '../queries';
import { texts } from '../texts';
import classes from '../components/service.module.css';

const { fields } = texts;

export default function ServicePage() {
  const service = useService(useParam('id'));
  if (service.error) {
    return <ErrorState page error={service.error} retry={() => void service.refetch()} />;
  }
  if (!service.data) return <RecordSkeleton />;
  return <ServiceView service={service.data} />;
}

function ServiceView({ service }: { service: Service }) {
  const [editing, setEditing] = useState(false);
  const changes = useChangesOf(service.id);
  const edit = service.actions?.find((action) => action.name === 'edit');
  return (
    <Page
      title={service.name}
      back={{ to: paths.services, label: texts.back.services }}
      primary={{
        name: 'edit',
        label: texts.edit,
        allowed: edit?.allowed ?? true,
        refusal: edit?.refusal,
        run: () => setEditing(true),
      }}
    >
      <Columns
        main={
          <>
            <Section title={texts.about}>
              <Prose text={service.description} />
            </Section>
            <MapSection path={servicePath(service.id)} />
            <LatestChanges
              changes={changes.data?.items ?? []}
              all={paths.changes + queryText({ service: service.id })}
            />
            <Section title={texts.history} flush>
              <History subject={service.id} />
            </Section>
          </>
        }
        side={
          <>
            <Section title={texts.facts}>
              <Facts facts={factsOf(service)} />
            </Section>
            <Section title={texts.limits}>
              <Prose text={service.known_limits} none={texts.noLimits} />
            </Section>
            <Known record={service.id} />
            <CiRefs service={service} />
          </>
        }
      />
      {editing && (
        <ServiceDialog
          service={service}
          onClose={() => setEditing(false)}
          onDone={() => {
            setEditing(false);
            say(texts.saved);
          }}
        />
      )}
    </Page>
  );
}

function factsOf(service: Service): [string, React.ReactNode][] {
  const { data_loss_minutes } = service;
  const loss =
    data_loss_minutes === null || data_loss_minutes === undefined
      ? undefined
      : minutes(data_loss_minutes);
  return [
    [fields.criticality, <Criticality key="criticality" level={service.criticality} />],
    [fields.owner, service.owner?.name],
    [texts.services.team, service.team?.name],
    [fields.region, service.region],
    [texts.dataLoss, loss],
    [
      fields.version_running,
      service.version_running && (
        <Running
          key="running"
          version={service.version_running}
          release={service.version_release}
        />
      ),
    ],
  ];
}

function CiRefs({ service }: { service: Service }) {
  const cis = service.cis ?? [];
  return (
    <Section
      title={texts.cisOf(service.cis_total)}
      aside={
        service.cis_total > 0 && (
          <Link to={paths.cis + queryText({ service: service.id })}>{texts.allCis}</Link>
        )
      }
    >
      {cis.length === 0 ? (
        <p className="soft">{texts.noCis}</p>
      ) : (
        <ul className={classes.refs}>
          {cis.map((ci) => (
            <li key={ci.id} title={ci.name}>
              <RefLink record={ci} to={paths.ci(ci.id)} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
