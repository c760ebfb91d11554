// What collides, why, and how the two sides meet: beside the bracket or the badge that was chosen.
import { Popover } from '@mantine/core';
import type { ReactNode } from 'react';
import { windowInZone } from '@/lib/dates';
import { inZone } from '@/lib/inZone';
import { Link } from '@/ui/Link';
import { RefLink } from '@/ui/RefLink';
import { StatePill } from '@/ui/StatePill';
import { sentence, wordOf } from '@/ui/texts';
import { conflictsPath, refPath } from '../paths';
import type { Conflict } from '../model';
import { texts } from '../texts';
import classes from './ConflictPopover.module.css';

const HITS_SHOWN = 6;

interface Props {
  conflict: Conflict;
  zone: string;
  children: ReactNode;
}

export function ConflictPopover({ conflict, zone, children }: Props) {
  return (
    <Popover width={360} position="bottom-start" withinPortal trapFocus returnFocus>
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown>
        <ConflictDetails conflict={conflict} zone={zone} />
      </Popover.Dropdown>
    </Popover>
  );
}

function ConflictDetails({ conflict, zone }: { conflict: Conflict; zone: string }) {
  const { subject, overlap, accepted } = conflict;
  const more = conflict.hits.length - HITS_SHOWN;
  return (
    <div className={classes.details}>
      <p className={classes.head}>
        <strong>{wordOf(conflict.kind)}</strong>
        <StatePill word={conflict.severity} />
        <StatePill word={conflict.state} />
      </p>
      <p>{sentence(inZone(conflict.detail, zone))}</p>
      <p>
        <RefLink record={subject} to={subject ? refPath(subject) : undefined} />
        <br />
        <RefLink record={conflict.with} to={refPath(conflict.with, conflict.with_kind)} />
      </p>
      <p className="num">
        <span className="soft">{texts.conflict.overlap} </span>
        {windowInZone(overlap, zone)}
      </p>
      {conflict.hits.length > 0 && (
        <>
          <p className={classes.subhead}>{texts.conflict.paths}</p>
          <ul className={classes.paths}>
            {conflict.hits.slice(0, HITS_SHOWN).map((hit) => (
              <li key={hit.ci.id + hit.path}>{hit.path || hit.ci.name}</li>
            ))}
            {more > 0 && <li className="soft">{texts.conflict.more(more)}</li>}
          </ul>
        </>
      )}
      {accepted && <p>{texts.conflict.accepted(accepted.by, accepted.reason)}</p>}
      {subject && (
        <p>
          <Link to={conflictsPath(subject)}>
            {texts.conflict.open} {subject.number ?? subject.name}
          </Link>
        </p>
      )}
    </div>
  );
}
