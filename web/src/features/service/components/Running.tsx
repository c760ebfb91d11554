// The version that runs, and the release that made it available.
import type { Ref } from '@/lib/schema';
import { RefLink } from '@/ui/RefLink';
import { texts } from '../texts';

export function Running({ version, release }: { version: string; release?: Ref | null }) {
  return (
    <>
      <span className="mono">{version}</span>
      {release && (
        <>
          {' '}
          <span className="soft">{texts.sinceRelease}</span>{' '}
          <RefLink record={release} show="number" />
        </>
      )}
    </>
  );
}
