// Who was asked, who answered, what was edited since; and the reader's own vote.
import type { ActionItem } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { Section, Stack } from '@/ui/Page';
import { PartDifferences, recordPath } from '@/ui/record/PartDifferences';
import { Rounds } from '@/ui/record/Rounds';
import { ANSWERS, openRound } from '@/ui/record/vote';
import { WhyApproval } from '@/ui/record/WhyApproval';
import type { Change } from '../queries';
import { texts } from '../texts';

export function ApprovalsTab({ change, actions }: { change: Change; actions: ActionItem[] }) {
  const votes = actions.filter((item) => ANSWERS.some((answer) => answer === item.name));
  const round = openRound(change.rounds);
  return (
    <Stack>
      <Section
        title={texts.tabs.approvals}
        flush
        aside={round && votes.map((item) => <ActionButton key={item.name} item={item} size="xs" />)}
      >
        <Rounds rounds={change.rounds} />
      </Section>
      <PartDifferences path={recordPath('change', change.number)} rounds={change.rounds} />
      {!change.imported && <WhyApproval kind="changes" id={change.number} />}
    </Stack>
  );
}
