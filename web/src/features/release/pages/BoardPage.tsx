// Releases as cards, a column for each phase.
import { Skeleton } from '@mantine/core';
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { Link } from '@/ui/Link';
import { useOffer } from '@/ui/offer';
import { Page } from '@/ui/Page';
import { EmptyState, ErrorState } from '@/ui/States';
import { ConflictWords } from '@/ui/ConflictCount';
import { StatePill, Tier } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { WindowTime } from '@/ui/Time';
import classes from '../components/release.module.css';
import { ViewSwitch } from '../components/ViewSwitch';
import { useBoard, type ReleaseRow } from '../queries';
import { takenBack } from '../takenBack';
import { RELEASE } from '../texts';

export default function BoardPage() {
  const board = useBoard();
  const go = useGo();
  const offer = useOffer('release.write', RELEASE.create, () => go(paths.newRelease));
  const empty = board.data?.columns.every((column) => column.releases.length === 0);
  return (
    <Page wide title={RELEASE.boardTitle} tools={<ViewSwitch view="board" />} primary={offer}>
      {board.error && <ErrorState error={board.error} retry={() => void board.refetch()} />}
      {board.isPending && <BoardSkeleton />}
      {empty && (
        <EmptyState
          icon="releases"
          title={RELEASE.emptyTitle}
          action={offer.allowed ? offer : undefined}
        >
          <p>{RELEASE.empty}</p>
        </EmptyState>
      )}
      {board.data && !empty && (
        <ul className={classes.board} tabIndex={0} aria-label={RELEASE.boardTitle}>
          {board.data.columns.map((column) => (
            <li
              key={column.phase}
              className={classes.column}
              data-empty={column.releases.length === 0 || undefined}
            >
              <h2 className={classes.columnHead}>
                {wordOf(column.phase)}
                <span className="soft num">
                  {column.releases.length}
                  {column.more && '+'}
                </span>
              </h2>
              {column.releases.length === 0 && <p className={classes.none}>{RELEASE.noCards}</p>}
              {column.releases.map((release) => (
                <Card key={release.id} release={release} />
              ))}
              {column.more && (
                <Link to={`${paths.releases}?phase=${column.phase}`} className={classes.none}>
                  {RELEASE.moreCards}
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

function Card({ release }: { release: ReleaseRow }) {
  return (
    <Link to={paths.release(release.number)} className={classes.card} data-type={release.type}>
      <span className={classes.cardTop}>
        <span className="mono">{release.number}</span>
        <span>{wordOf(release.type)}</span>
      </span>
      <span className={classes.cardTitle}>{release.title}</span>
      <span className={classes.cardFacts}>
        {release.window && <WindowTime window={release.window} short />}
      </span>
      <span className={classes.cardFacts}>
        <span className="num">
          {release.changes} {release.changes === 1 ? 'change' : 'changes'}
        </span>
        {release.tier && <Tier tier={release.tier} />}
        {release.owner && <span>{release.owner.name}</span>}
      </span>
      <span className={classes.pills}>
        {release.held && <StatePill word="held" label="On hold" />}
        {release.approved && !release.outcome && !takenBack(release.deployment) && (
          <StatePill word="approved" label="Go" />
        )}
        {takenBack(release.deployment) && !release.outcome && (
          <StatePill word={release.deployment} />
        )}
        <ConflictWords record={release} />
        {release.outcome && <StatePill word={release.outcome} />}
      </span>
    </Link>
  );
}

function BoardSkeleton() {
  return (
    <div className={classes.board} aria-busy="true">
      {RELEASE.phases.map((phase) => (
        <div key={phase} className={classes.column}>
          <Skeleton height={20} width="60%" />
          <Skeleton height={110} />
          <Skeleton height={110} />
        </div>
      ))}
    </div>
  );
}
