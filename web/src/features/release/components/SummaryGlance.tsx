// What is asked first: when, who, whether the go is given, and how it stands.
import type { ReactNode } from 'react';
import { windowInZone } from '@/lib/dates';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { RefLink } from '@/ui/RefLink';
import { openConditions } from '@/ui/record/vote';
import { wordOf } from '@/ui/texts';
import { WindowTime } from '@/ui/Time';
import type { Release } from '../queries';
import { isAhead, missingOf } from '../summary';
import { SUMMARY } from '../summaryTexts';
import { READINESS } from '../texts';
import classes from './summary.module.css';

interface Props {
  release: Release;
  board: Schema<'Readiness'> | undefined;
}

export function SummaryGlance({ release, board }: Props) {
  const { owner, release_manager: manager, team, deployment, outcome } = release;
  const led = manager && manager.id !== owner?.id ? SUMMARY.manager(manager.name) : undefined;
  const stands = outcome ?? deployment?.state;
  return (
    <section aria-label={SUMMARY.glance}>
      <dl className={classes.glance}>
        <Cell name={SUMMARY.window} more={<When release={release} />}>
          <WindowTime window={release.window} />
        </Cell>
        <Cell
          name={SUMMARY.owner}
          more={
            owner
              ? [led, team && SUMMARY.team(team.name)].filter(Boolean).join(', ')
              : SUMMARY.noOwnerHelp
          }
        >
          <RefLink record={owner} none={SUMMARY.noOwner} />
        </Cell>
        <Cell name={SUMMARY.go} more={goOf(release)}>
          {release.approved ? SUMMARY.given : SUMMARY.notGiven}
        </Cell>
        <Cell name={SUMMARY.stands} more={stands && wordOf(stands)}>
          {isAhead(release.phase) && board
            ? READINESS.title(board.blocked, board.waiting)
            : wordOf(release.phase)}
        </Cell>
      </dl>
    </section>
  );
}

function Cell(props: { name: string; more?: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>
        <strong>{props.children}</strong>
        {props.more && <span className={classes.more}>{props.more}</span>}
      </dd>
    </div>
  );
}

/** Whether the window is committed, and when that is for the people of its own zone. */
function When({ release }: { release: Release }) {
  const zone = useZone();
  const { window, scheduled } = release;
  if (!window) return SUMMARY.noWindow;
  const own = window.zone ?? 'UTC';
  return (
    <>
      {scheduled ? SUMMARY.committed : SUMMARY.planned}
      {own !== zone && (
        <>
          {', '}
          <span className="num">{windowInZone(window, own)}</span> ({own})
        </>
      )}
    </>
  );
}

/** What the go waits for, or what it was given on. */
function goOf(release: Release): string | undefined {
  const conditions = openConditions(release.rounds).length;
  if (release.approved) return conditions > 0 ? SUMMARY.conditions(conditions) : undefined;
  const round = release.rounds[0];
  if (round?.state !== 'open') return SUMMARY.notAsked;
  const groups = missingOf(round).map((group) => wordOf(group.name));
  return groups.length > 0 ? SUMMARY.waitsFor(groups.join(', ')) : SUMMARY.wasAsked(round.number);
}
