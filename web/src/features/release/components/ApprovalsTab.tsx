// Who was asked, who answered, what was edited since; and the reader's own vote.
import type { ActionItem } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { Section, Stack } from '@/ui/Page';
import { PartDifferences, recordPath } from '@/ui/record/PartDifferences';
import { Rounds } from '@/ui/record/Rounds';
import { openRound } from '@/ui/record/vote';
import { WhyApproval } from '@/ui/record/WhyApproval';
import type { Release } from '../queries';
import { TAB } from '../texts';

const VOTES = ['approve', 'reject', 'abstain'];

export function ApprovalsTab({ release, actions }: { release: Release; actions: ActionItem[] }) {
  const votes = actions.filter((item) => VOTES.includes(item.name));
  const round = openRound(release.rounds);
  return (
    <Stack>
      <Section
        title={TAB.approvals}
        flush
        aside={round && votes.map((item) => <ActionButton key={item.name} item={item} size="xs" />)}
      >
        <Rounds rounds={release.rounds} />
      </Section>
      <PartDifferences path={recordPath('release', release.number)} rounds={release.rounds} />
      <WhyApproval kind="releases" id={release.number} />
    </Stack>
  );
}
