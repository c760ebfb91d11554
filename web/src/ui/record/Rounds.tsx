// Rounds of approval: stages in order, groups side by side, every vote with its reason, and the
// votes that an edit voided.
import type { Schema } from '@/lib/schema';
import { LampMark } from '../LampMark';
import { EmptyState } from '../States';
import { StatePill } from '../StatePill';
import { wordOf } from '../texts';
import { Time } from '../Time';
import { RECORD } from './texts';
import classes from './Rounds.module.css';

type Round = Schema<'Round'>;
type Group = Schema<'Group'>;
type Vote = Schema<'CastVote'>;

export function Rounds({ rounds }: { rounds: Round[] }) {
  if (rounds.length === 0) {
    return (
      <EmptyState icon="approvals" title="Nobody was asked yet">
        <p>{RECORD.noRounds}</p>
      </EmptyState>
    );
  }
  return (
    <div className={classes.rounds}>
      {rounds.map((round, index) => (
        <details key={round.number} className={classes.round} open={index === 0}>
          <summary>
            <strong>
              {RECORD.round} {round.number}
            </strong>
            <StatePill word={round.state} />
            <span className="soft">
              {RECORD.opened} <Time at={round.opened_at} />, {RECORD.under}{' '}
              {namedPolicy(round.policy)}
            </span>
            <span className={classes.hash} title={round.content_hash}>
              {RECORD.hash} {round.content_hash.slice(0, 12)}
            </span>
          </summary>
          <RoundBody round={round} />
        </details>
      ))}
    </div>
  );
}

/** `major 3, policy 7`, where policy 0 is what the program brings along. */
function namedPolicy(reference: string): string {
  return reference.replace(/, policy 0$/, RECORD.builtIn);
}

export function RoundBody({ round }: { round: Round }) {
  return (
    <div className={classes.body}>
      {round.stuck && (
        <p className={classes.stuck} role="alert">
          {round.stuck}
        </p>
      )}
      <ol className={classes.stages}>
        {round.stages.map((stage) => (
          <li key={stage.name} data-state={stage.state}>
            <h3>
              <LampMark state={lampOf(stage.state)} size={14} />
              {wordOf(stage.name)}
              <span className="soft"> · {wordOf(stage.state).toLowerCase()}</span>
            </h3>
            <div className={classes.groups}>
              {stage.groups.map((group) => (
                <GroupBlock key={group.name} group={group} />
              ))}
            </div>
          </li>
        ))}
      </ol>
      {round.observed && round.observed.length > 0 && (
        <p className="soft">
          {RECORD.observed}: {round.observed.map(wordOf).join(', ')}
        </p>
      )}
      {round.barred.length > 0 && (
        <p className="soft">
          {RECORD.barred}:{' '}
          {round.barred.map((each) => `${each.person.name} (${each.why})`).join(', ')}
        </p>
      )}
    </div>
  );
}

function GroupBlock({ group }: { group: Group }) {
  return (
    <div className={classes.group}>
      <p className={classes.groupHead}>
        <strong>{wordOf(group.name)}</strong>
        <span className="soft">
          {group.quorum}
          {group.needed > 0 ? `, ${group.needed} still needed` : ''}
        </span>
      </p>
      <Calls group={group} />
      {group.votes.length > 0 && (
        <ul className={classes.votes}>
          {group.votes.map((vote) => (
            <VoteLine key={vote.person.id + vote.at} vote={vote} />
          ))}
        </ul>
      )}
      {group.needed > 0 && (
        <p className={classes.voters}>
          {RECORD.mayVote}: {voterNames(group)}
        </p>
      )}
    </div>
  );
}

/** What the time limit of a group did, and when it runs out. */
function Calls({ group }: { group: Group }) {
  const { reminded_at, escalated_at, limit_at } = group;
  if (!reminded_at && !escalated_at && !limit_at) return null;
  return (
    <p className={`${classes.voters} ${classes.calls}`}>
      {reminded_at && (
        <span>
          <StatePill word="reminded" label={RECORD.reminded} tone="waiting" />{' '}
          <Time at={reminded_at} />
        </span>
      )}
      {escalated_at && (
        <span>
          <StatePill word="escalated" label={RECORD.escalated} tone="stop" />{' '}
          <Time at={escalated_at} />
        </span>
      )}
      {limit_at && (
        <span>
          {RECORD.limit} <Time at={limit_at} />
        </span>
      )}
    </p>
  );
}

/** Who may answer, with those who may in their place while they are absent. */
function voterNames(group: Group): string {
  if (group.voters.length === 0) return RECORD.noVoters;
  const inPlace = (voter: { id: string }) => {
    const found = group.deputies.find((each) => each.on_behalf_of.id === voter.id);
    return found ? ` (${RECORD.absentFor(found.person.name)})` : '';
  };
  return group.voters.map((voter) => voter.name + inPlace(voter)).join(', ');
}

function VoteLine({ vote }: { vote: Vote }) {
  return (
    <li data-voided={vote.voided ? true : undefined}>
      <span className={classes.voteHead}>
        <StatePill word={vote.answer} label={answered(vote.answer)} />
        <span className={classes.voter}>
          {vote.person.name}
          {vote.on_behalf_of && ` ${RECORD.inPlace(vote.on_behalf_of.name)}`}
        </span>
        <Time at={vote.at} />
      </span>
      {vote.reason && <span className={classes.voteReason}>“{vote.reason}”</span>}
      {vote.condition && <ConditionLine condition={vote.condition} />}
      {vote.voided && (
        <span className={classes.voteVoid}>
          {RECORD.voided}: {vote.voided}
        </span>
      )}
    </li>
  );
}

function ConditionLine({ condition }: { condition: Schema<'VoteCondition'> }) {
  const { text, person, met_by, met_at, note, open } = condition;
  return (
    <span className={classes.voteReason}>
      {RECORD.conditionIf}: {text}{' '}
      {met_by ? (
        <>
          <StatePill word="accepted" label={RECORD.conditionMet(met_by.name)} />{' '}
          <Time at={met_at} />
          {note && ` “${note}”`}
        </>
      ) : open ? (
        <StatePill word="open" label={RECORD.conditionOpen(person.name)} tone="stop" />
      ) : (
        <span className="soft">{RECORD.conditionGone}</span>
      )}
    </span>
  );
}

function answered(answer: string): string {
  return { approve: 'Approved', reject: 'Rejected', abstain: 'Abstained' }[answer] ?? answer;
}

/** How a stage of a round stands. */
export function lampOf(state: string): Schema<'LampState'> {
  if (state === 'approved') return 'clear';
  if (state === 'rejected') return 'stop';
  return state === 'open' ? 'waiting' : 'not_needed';
}
