// The review a release owes or has, and how the release ended.
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import type { ActionItem } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { Facts, Section, Stack } from '@/ui/Page';
import { EmptyState } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { RefLink } from '@/ui/RefLink';
import type { Release } from '../queries';
import { REVIEW } from '../afterTexts';
import { TAB } from '../texts';
import { Survey } from './Survey';

export function ReviewTab({ release, actions }: { release: Release; actions: ActionItem[] }) {
  const go = useGo();
  const { review } = release;
  if (!review) {
    return (
      <Section title={TAB.review} flush>
        <EmptyState icon="reviews" title={REVIEW.none}>
          <p>{REVIEW.noneHelp}</p>
        </EmptyState>
      </Section>
    );
  }
  const to = paths.review(review.number ?? review.id);
  const close = actions.find((item) => item.name === 'close');
  const open = { name: 'open', label: REVIEW.open, allowed: true, run: () => go(to) };
  return (
    <Stack>
      <Section
        title={TAB.review}
        aside={
          <>
            <ActionButton item={open} />
            {close && release.phase === 'review' && <ActionButton item={close} />}
          </>
        }
      >
        <Facts
          facts={[
            ['Review', <RefLink key="review" record={review} to={to} />],
            [
              'Outcome',
              release.outcome ? <StatePill key="o" word={release.outcome} /> : 'not closed',
            ],
          ]}
        />
      </Section>
      <Survey release={release} />
    </Stack>
  );
}
