// What the release is for, who takes part, what is shipped; and its editing form.
import { useAddress } from '@/lib/address';
import { useForm } from '@/lib/forms';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { actionOf } from '@/ui/actions';
import { Columns, Facts, Section } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { Links } from '@/ui/record/Links';
import { RefLink } from '@/ui/RefLink';
import { RiskBars } from '@/ui/RiskBars';
import { say } from '@/ui/say';
import { StatePill } from '@/ui/StatePill';
import { placeOf, wordOf } from '@/ui/texts';
import { Time } from '@/ui/Time';
import { releasePath, type Release } from '../queries';
import { fieldsOf, valuesOf } from '../releaseForm';
import { FIELD, RELEASE, VERB } from '../texts';
import { ReleaseFieldsForm } from './ReleaseFieldsForm';
import { WindowAnswers } from './WindowAnswers';
import classes from './overview.module.css';

export function OverviewTab({ release }: { release: Release; busy: boolean }) {
  const [address, change] = useAddress();
  const done = () => change({ edit: undefined });
  if (address.edit === 'true') return <EditRelease release={release} onDone={done} />;
  return (
    <Columns
      main={
        <>
          <Section title={FIELD.description}>
            <Prose text={release.description} />
          </Section>
          <WindowAnswers release={release} />
          <Goals release={release} />
          <Package release={release} />
        </>
      }
      side={
        <>
          <Section title="Risk of the bundle">
            <RiskBars risk={release.risk} />
          </Section>
          <Section title="Record">
            <RecordFacts release={release} />
          </Section>
          <Links
            links={release.links}
            path={releasePath(release.number)}
            version={release.version}
            may={actionOf(release.actions, 'set_links')}
            settle={actionOf(release.actions, 'settle_links')}
          />
        </>
      }
    />
  );
}

function EditRelease({ release, onDone }: { release: Release; onDone: () => void }) {
  // A draft belongs to the version it was written against.
  const form = useForm(valuesOf(release), `${release.id}:${release.version}:edit`);
  const end = () => {
    form.reset();
    onDone();
  };
  const write = useWrite(() => {
    say(RELEASE.saved);
    end();
  });
  const submit = () => {
    const body = fieldsOf(form.changes());
    if (Object.keys(body).length === 0) return end();
    form.showErrors([]);
    write.mutate(
      { method: 'PATCH', path: releasePath(release.number), body, version: release.version },
      { onError: (problem) => form.showErrors(problem.errors) },
    );
  };
  return (
    <Section title={VERB.edit}>
      <ReleaseFieldsForm
        form={form}
        subject={release.number}
        submit={FIELD.save}
        busy={write.isPending}
        problem={write.error}
        onSubmit={submit}
        onCancel={end}
      />
    </Section>
  );
}

function Goals({ release }: { release: Release }) {
  const { objectives, kpis, milestones } = release;
  return (
    <Section title={FIELD.goals}>
      {objectives.length + kpis.length + milestones.length === 0 && <Prose text="" />}
      {objectives.length > 0 && (
        <ul className={classes.goals}>
          {objectives.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
      {kpis.length > 0 && (
        <>
          <h3 className={classes.small}>{FIELD.kpis}</h3>
          <dl className={classes.pairs}>
            {kpis.map((kpi) => (
              <div key={kpi.name}>
                <dt>{kpi.name}</dt>
                <dd>{kpi.target || '–'}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {milestones.length > 0 && (
        <>
          <h3 className={classes.small}>{FIELD.milestones}</h3>
          <dl className={classes.pairs}>
            {milestones.map((each) => (
              <div key={each.name}>
                <dt>{each.name}</dt>
                <dd>
                  {each.at ? <Time at={each.at} show="full" /> : FIELD.milestoneWaits}
                  {followsOf(each) && <span className="soft"> · {followsOf(each)}</span>}
                  {each.reached && (
                    <>
                      {' '}
                      <StatePill word="done" label={FIELD.milestoneReached} />
                    </>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </Section>
  );
}

/** How a milestone follows the window. */
function followsOf(milestone: Schema<'Milestone'>): string | undefined {
  const { hours_before_start: before, hours_after_end: after } = milestone;
  if (before != null) return FIELD.milestoneBefore(before);
  return after != null ? FIELD.milestoneAfter(after) : undefined;
}

function Package({ release }: { release: Release }) {
  return (
    <Section title={FIELD.package}>
      {release.package.length === 0 && <p className="soft">{FIELD.packageHelp}</p>}
      <ul className={classes.package}>
        {release.package.map((item) => (
          <li key={item.kind + item.name + (item.version ?? '')}>
            <span>
              <strong>{item.name}</strong> <span className="num">{item.version}</span>
            </span>
            <span className="soft">
              {wordOf(item.kind)}
              {(item.service ?? item.ci) && ` · ${FIELD.runsOn(item.service ?? '', item.ci ?? '')}`}
            </span>
            {item.digest && (
              <span className={classes.digest} title={item.digest}>
                {item.digest}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function RecordFacts({ release }: { release: Release }) {
  return (
    <Facts
      facts={[
        [FIELD.owner, <RefLink key="owner" record={release.owner} />],
        [FIELD.manager, <RefLink key="manager" record={release.release_manager} />],
        [FIELD.team, <RefLink key="team" record={release.team} />],
        ['Requested by', <RefLink key="requester" record={release.requester} />],
        ...(release.members.length > 0
          ? [[FIELD.members, <Members key="members" release={release} />] as [string, JSX]]
          : []),
        [FIELD.environment, placeOf(release)],
        [FIELD.tags, release.tags.join(', ')],
        ['Model', `${wordOf(release.type)}, version ${release.model_version}`],
        ['Created', <Time key="created" at={release.created_at} />],
        ['Updated', <Time key="updated" at={release.updated_at} />],
      ]}
    />
  );
}

type JSX = React.ReactNode;

function Members({ release }: { release: Release }) {
  return (
    <ul className={classes.members}>
      {release.members.map((member) => (
        <li key={member.person + member.role}>
          {member.name ?? member.person}
          {member.role && <span className="soft">, {member.role}</span>}
        </li>
      ))}
    </ul>
  );
}
