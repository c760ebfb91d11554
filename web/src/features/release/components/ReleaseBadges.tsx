// What is most worth knowing of a release, beside its title.
import { StatePill } from '@/ui/StatePill';
import type { Release } from '../queries';
import { takenBack } from '../takenBack';

export function ReleaseBadges({ release }: { release: Release }) {
  const { deployment } = release;
  return (
    <>
      <StatePill word={release.type} tone={release.type === 'emergency' ? 'stop' : 'neutral'} />
      {release.held && <StatePill word="held" label="On hold" />}
      {release.overdue_since && <StatePill word="overdue" />}
      {release.approved && !release.outcome && !takenBack(deployment?.state) && (
        <StatePill word="approved" label="Go given" />
      )}
      {takenBack(deployment?.state) && !release.outcome && <StatePill word={deployment?.state} />}
      {release.outcome && <StatePill word={release.outcome} />}
    </>
  );
}
