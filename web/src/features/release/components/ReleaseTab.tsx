// The tabs of a release, each with its own address.
import { paths } from '@/app/paths';
import type { Verb } from '@/lib/verb';
import type { ActionItem } from '@/ui/actions';
import type { LinkTab } from '@/ui/LinkTabs';
import { Section } from '@/ui/Page';
import { blocks } from '@/ui/record/blockersFirst';
import { Conflicts } from '@/ui/record/Conflicts';
import { Exceptions } from '@/ui/record/Exceptions';
import { Gates } from '@/ui/record/Gates';
import { Known } from '@/ui/record/Known';
import { MoveToFree } from '@/ui/record/MoveToFree';
import { History } from '@/ui/record/History';
import { releasePath, type Release } from '../queries';
import { TAB } from '../texts';
import { ApprovalsTab } from './ApprovalsTab';
import { Evidence } from './Evidence';
import { NoticesTab } from './NoticesTab';
import { BlastRadius } from './BlastRadius';
import { OverviewTab } from './OverviewTab';
import { PlanTab } from './PlanTab';
import { ReadinessTab } from './ReadinessTab';
import { ReleaseNotes } from './ReleaseNotes';
import { ReviewTab } from './ReviewTab';
import { RunTab } from './RunTab';
import { ScopeStatement } from './ScopeStatement';
import { ScopeTab } from './ScopeTab';
import { TalkTab } from './TalkTab';

export function releaseTabs(release: Release): LinkTab[] {
  const open = release.conflicts.filter((each) => each.state === 'open');
  const counts: Record<string, number> = { conflicts: open.length };
  return Object.entries(TAB).map(([key, label]) => ({
    key,
    label,
    to: paths.release(release.number, key),
    count: counts[key],
    warns: key === 'conflicts' && !open.some(blocks),
  }));
}

interface Props {
  release: Release;
  tab: string;
  actions: ActionItem[];
  verb: Verb;
}

export function ReleaseTab({ release, tab, actions, verb }: Props) {
  switch (tab) {
    case 'scope':
      return (
        <>
          <ScopeTab release={release} actions={actions} />
          <ScopeStatement release={release} />
        </>
      );
    case 'readiness':
      return <ReadinessTab release={release} />;
    case 'plan':
      return <PlanTab release={release} />;
    case 'approvals':
      return <ApprovalsTab release={release} actions={actions} />;
    case 'conflicts':
      return (
        <>
          <Section title={TAB.conflicts} flush>
            <MoveToFree
              subject={release.number}
              window={release.window}
              conflicts={release.conflicts}
            />
            <Conflicts conflicts={release.conflicts} of={release.id} />
          </Section>
          <Exceptions subject={release.number} />
        </>
      );
    case 'run':
      return (
        <>
          <RunTab release={release} actions={actions} />
          <Gates record={release.number} />
        </>
      );
    case 'notices':
      return <NoticesTab release={release} />;
    case 'review':
      return <ReviewTab release={release} actions={actions} />;
    case 'talk':
      return <TalkTab release={release} path={releasePath(release.number)} />;
    case 'history':
      return (
        <Section title={TAB.history} flush aside={<Evidence number={release.number} />}>
          <History subject={release.number} />
        </Section>
      );
    default:
      return (
        <>
          <OverviewTab release={release} busy={verb.busy} />
          <ReleaseNotes release={release.number} />
          <Known record={release.number} />
          <BlastRadius release={release.number} />
          <Gates record={release.number} />
        </>
      );
  }
}
