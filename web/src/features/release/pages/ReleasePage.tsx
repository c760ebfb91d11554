// A release: where it stands, the route from here to done, and its tabs.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { paths } from '@/app/paths';
import { useGo, useParam } from '@/lib/address';
import { useKeys } from '@/lib/keys';
import { useVerb } from '@/lib/verb';
import { useWrite } from '@/lib/write';
import type { FieldError } from '@/lib/schema';
import { Route, type MissingField } from '@/ui/Route';
import { Link } from '@/ui/Link';
import { LinkTabs } from '@/ui/LinkTabs';
import { Page } from '@/ui/Page';
import { PhaseLine } from '@/ui/PhaseLine';
import { LongerWindow } from '@/ui/record/LongerWindow';
import { OnHold } from '@/ui/record/OnHold';
import { Watch } from '@/ui/record/Watch';
import { say } from '@/ui/say';
import { ErrorState, ProblemNote, RecordSkeleton } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { failureOf } from '../takenBack';
import { ReleaseBadges } from '../components/ReleaseBadges';
import { ReleaseMeta } from '../components/ReleaseMeta';
import { ReleaseTab, releaseTabs } from '../components/ReleaseTab';
import { ReleaseVerbDialog, needsDialog } from '../components/ReleaseVerbDialog';
import { releasePath, useRelease, type Release } from '../queries';
import { SUMMARY } from '../summaryTexts';
import { DONE, FIELD, RELEASE, VERB } from '../texts';
import { useElsewhere } from '../useElsewhere';
import { releaseActions } from '../verbs';

export default function ReleasePage() {
  const id = useParam('id');
  const release = useRelease(id);
  if (release.error) {
    return <ErrorState page error={release.error} retry={() => void release.refetch()} />;
  }
  if (!release.data) return <RecordSkeleton />;
  return <Inside release={release.data} />;
}

function Inside({ release }: { release: Release }) {
  const go = useGo();
  const tab = useParam('tab') || 'overview';
  const [open, setOpen] = useState<string>();
  const path = releasePath(release.number);
  const verb = useVerb(path, release.version, (done) => {
    setOpen(undefined);
    say(`${release.number} ${DONE[done] ?? done}`);
    if (done === 'deploy' || done === 'rollback') go(paths.release(release.number, 'run'));
  });
  const clone = useWrite((made) => go(paths.release(made.number ?? made.id)));
  const start = (name: string) => {
    if (name === 'edit') return go(`${paths.release(release.number)}?edit=true`);
    if (name === 'scope') return go(`${paths.release(release.number, 'scope')}?attach=true`);
    if (name === 'review') return go(reviewOf(release));
    if (needsDialog(name, release)) return setOpen(name);
    verb.run(name);
  };
  const { all, primary, others } = releaseActions(release, start, verb.busy);
  const elsewhere = useElsewhere(release);
  const copy = {
    name: 'clone',
    label: VERB.clone,
    allowed: true,
    busy: clone.isPending,
    run: () => clone.mutate({ path: `${path}/clone`, body: {} }),
  };
  const summary = {
    name: 'summary',
    label: SUMMARY.link,
    allowed: true,
    key: 's',
    run: () => go(paths.releaseSummary(release.number)),
  };
  useKeys(
    'Release',
    [...all, summary]
      .filter((item) => item.key && item.allowed)
      .map((item) => ({ keys: item.key ?? '', label: item.label, run: item.run })),
  );
  const failure = failureOf(release);
  // Those whom the summary is for ask about major ones; there it is in plain sight.
  const isMajor = release.type === 'major';
  const fault = verb.problem && !open ? verb.problem : clone.error;
  return (
    <Page
      title={release.title}
      number={release.number}
      back={{ to: paths.releases, label: RELEASE.list }}
      badges={<ReleaseBadges release={release} />}
      meta={<ReleaseMeta release={release} />}
      tools={
        <>
          {isMajor && (
            <Button
              component={Link}
              to={paths.releaseSummary(release.number)}
              variant="default"
              aria-keyshortcuts={summary.key}
            >
              {SUMMARY.button}
            </Button>
          )}
          <Watch
            path={path}
            watched={release.watched}
            watchers={release.watchers}
            version={release.version}
          />
        </>
      }
      primary={primary}
      others={[...others, ...(isMajor ? [] : [summary]), copy]}
      elsewhere={[...all, summary, ...elsewhere]}
    >
      <ProblemNote error={fault} />
      <PhaseLine
        phases={RELEASE.phases}
        current={release.phase}
        state={release.state}
        held={release.held}
        cancelled={release.phase === 'cancelled'}
        failed={failure ? { from: 'deployment', word: wordOf(failure) } : undefined}
      />
      <OnHold hold={release.hold} resume={all.find((item) => item.name === 'resume')} />
      <LongerWindow record={release} path={path} />
      <Route
        lamps={release.route}
        actions={all}
        places={placesOf(release, tab)}
        field={(error) => missingField(release, error)}
        label={`Route of ${release.number}`}
      />
      <LinkTabs label="Parts of the release" tabs={releaseTabs(release)} current={tab} />
      <ReleaseTab release={release} tab={tab} actions={all} verb={verb} />
      {open && (
        <ReleaseVerbDialog
          name={open}
          release={release}
          send={verb}
          onClose={() => {
            verb.clear();
            setOpen(undefined);
          }}
        />
      )}
    </Page>
  );
}

/** The tab that says more about each lamp. */
function placesOf(release: Release, current: string): Record<string, string> {
  const tab = (name: string) => (name === current ? '' : paths.release(release.number, name));
  return {
    scope: tab('scope'),
    rollback: tab('plan'),
    risk: tab('overview'),
    conflicts: tab('conflicts'),
    approvals: tab('approvals'),
    deployment: tab('run'),
    review: tab('review'),
  };
}

function reviewOf(release: Release): string {
  const { review } = release;
  return review ? paths.review(review.number ?? review.id) : paths.reviews;
}

/** What is missing, with the address where it is mended. */
function missingField(release: Release, error: FieldError): MissingField {
  const [field = '', change, part] = error.pointer.split('/').slice(1);
  const ofChange = change?.startsWith('CHG-') && paths.change(change, part && 'plans');
  const scope = field === 'changes' && paths.release(release.number, 'scope');
  const to = ofChange || scope || `${paths.release(release.number)}?edit=true`;
  const label = field === 'owner' ? FIELD.owner : error.detail;
  return { label, to };
}
