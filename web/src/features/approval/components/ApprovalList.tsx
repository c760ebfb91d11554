// The list of approvals: what, by which group, how risky, since when.
import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { StatePill, Tier } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { Time, WindowTime } from '@/ui/Time';
import type { ApprovalRow } from '../queries';
import { APPROVAL } from '../texts';
import classes from './approval.module.css';

interface Props {
  rows: ApprovalRow[];
  chosen: ApprovalRow;
  onChoose: (row: ApprovalRow) => void;
  more?: () => void;
}

export function ApprovalList({ rows, chosen, onChoose, more }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <nav className={classes.list} aria-label={APPROVAL.list}>
      <ul ref={list}>
        {rows.map((row) => (
          <li key={row.subject.id + row.group + row.round}>
            <button
              type="button"
              className={classes.item}
              aria-current={row === chosen ? 'true' : undefined}
              onClick={() => onChoose(row)}
            >
              <span className={classes.top}>
                <span className="mono">{row.subject.number}</span>
                {row.type === 'emergency' ? (
                  <StatePill word={row.type} />
                ) : (
                  <span>{wordOf(row.type)}</span>
                )}
                <span className={classes.since}>
                  {row.state === 'pending' && APPROVAL.since} <Time at={row.since} />
                </span>
              </span>
              <span className={classes.name}>{row.subject.name}</span>
              <span className={classes.facts}>
                {row.tier && <Tier tier={row.tier} />}
                <span>{wordOf(row.group)}</span>
                {row.my_vote && (
                  <span>
                    {APPROVAL.voted} {row.my_vote}
                  </span>
                )}
                {row.held && <StatePill word="held" label={APPROVAL.held} />}
                {row.state !== 'pending' && <StatePill word={row.state} />}
                {row.escalated && (
                  <StatePill word="escalated" label={APPROVAL.escalated} tone="stop" />
                )}
                {row.reminded && !row.escalated && (
                  <StatePill word="reminded" label={APPROVAL.reminded} tone="waiting" />
                )}
              </span>
              {row.on_behalf_of && (
                <span className={classes.facts}>
                  <strong>{APPROVAL.inPlace(row.on_behalf_of.name)}</strong>
                  {row.absent_until ? (
                    <span>
                      {APPROVAL.absentUntil} <Time at={row.absent_until} />
                    </span>
                  ) : (
                    <span>{APPROVAL.absent}</span>
                  )}
                </span>
              )}
              {row.limit_at && (
                <span className={classes.facts}>
                  {APPROVAL.limit} <Time at={row.limit_at} />
                </span>
              )}
              {row.window && (
                <span className={classes.facts}>
                  <WindowTime window={row.window} />
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
      {more && (
        <Button variant="subtle" color="gray" fullWidth onClick={more}>
          {APPROVAL.more}
        </Button>
      )}
    </nav>
  );
}
