// Whose approval is given and whose is missing, stage by stage of the last round.
import { paths } from '@/app/paths';
import type { Schema } from '@/lib/schema';
import { LampMark } from '@/ui/LampMark';
import { Link } from '@/ui/Link';
import { Section } from '@/ui/Page';
import { lampOf } from '@/ui/record/Rounds';
import { openConditions } from '@/ui/record/vote';
import { wordOf } from '@/ui/texts';
import type { Release } from '../queries';
import { askedOf, saidBy } from '../summary';
import { SUMMARY } from '../summaryTexts';
import { More } from './SummaryMore';
import classes from './summary.module.css';

export function SummaryApprovals({ release }: { release: Release }) {
  const { number, rounds } = release;
  const round = rounds[0];
  return (
    <Section title={SUMMARY.approvals} aside={<More number={number} tab="approvals" />}>
      {!round && (
        <p className="soft">
          {SUMMARY.noRounds} <Link to={paths.release(number, 'approvals')}>{SUMMARY.whoWould}</Link>
        </p>
      )}
      {round?.stuck && <p className={classes.stop}>{round.stuck}</p>}
      <ol className={classes.rows}>
        {round?.stages.map((stage) => (
          <li key={stage.name} className={classes.lamp}>
            <LampMark state={lampOf(stage.state)} size={14} />
            <div>
              <strong>{wordOf(stage.name)}</strong>{' '}
              <span className="soft">{wordOf(stage.state).toLowerCase()}</span>
              {stage.groups.map((group) => (
                <OfGroup key={group.name} group={group} asked={stage.state === 'open'} />
              ))}
            </div>
          </li>
        ))}
      </ol>
      {openConditions(rounds).map(({ condition, at }) => (
        <p key={at} className={classes.line}>
          <strong>{SUMMARY.condition(condition?.person.name ?? '')}:</strong> {condition?.text}
        </p>
      ))}
    </Section>
  );
}

function OfGroup({ group, asked }: { group: Schema<'Group'>; asked: boolean }) {
  const approved = saidBy(group, 'approve');
  const rejected = saidBy(group, 'reject');
  const voided = group.votes.filter((vote) => vote.voided).length;
  const open = askedOf(group);
  return (
    <>
      {approved.length > 0 && (
        <p className={classes.line}>
          {SUMMARY.approvedBy} {approved.join(', ')}
        </p>
      )}
      {rejected.length > 0 && (
        <p className={classes.stop}>
          {SUMMARY.rejectedBy} {rejected.join(', ')}
        </p>
      )}
      {asked && group.needed > 0 && (
        <p className={classes.line}>
          {SUMMARY.missing(group.needed)} {open.names.join(', ')}
          {open.more > 0 && ` ${SUMMARY.more(open.more)}`}
        </p>
      )}
      {voided > 0 && <p className={classes.line}>{SUMMARY.void(voided)}</p>}
    </>
  );
}
