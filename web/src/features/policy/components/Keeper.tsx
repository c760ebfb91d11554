// Who answers for a model, and whether it was looked at when it should have been.
import { dayOn } from '@/lib/dates';
import { useZone } from '@/lib/session';
import { toWall } from '@/lib/zone';
import { StatePill } from '@/ui/StatePill';
import { useNow } from '@/ui/Time';
import type { Model } from '../queries';
import { POLICY } from '../texts';

export function Keeper({ model }: { model: Model }) {
  const { owner, review_on: day } = model;
  const today = toWall(useNow().toISOString(), useZone()).slice(0, 10);
  if (!owner && !day) return null;
  if (day && day < today) {
    return (
      <p>
        <StatePill word="overdue" label={POLICY.overdue} />{' '}
        {POLICY.wasDue(dayOn(day), owner ?? undefined)}
      </p>
    );
  }
  return (
    <p className="soft">
      {[owner && POLICY.owner(owner), day && POLICY.review(dayOn(day))].filter(Boolean).join(' · ')}
    </p>
  );
}
