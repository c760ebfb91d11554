// The way back by hand: deciding it, and reporting each step of the checklist.
import { useState } from 'react';
import { useVerb } from '@/lib/verb';
import { actionOf } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { ReasonDialog } from '@/ui/Dialog';
import { RollbackSteps } from '@/ui/record/RollbackSteps';
import { ProblemNote } from '@/ui/States';
import { checklistOf, type Item } from '../checklist';
import { releasePath, type CarriedOut, type Release } from '../queries';
import { ASK, NIGHT, VERB } from '../texts';
import { rollbackVerb } from '../useSteer';
import { CheckItems } from './CheckItems';
import classes from './night.module.css';

interface Props {
  carried: CarriedOut;
  release: Release | undefined;
}

type Asking = { verb: 'rollback' | 'give_up' } | { verb: 'failed'; change: string; title: string };

export function ByHand({ carried, release }: Props) {
  const number = carried.release.number ?? carried.release.id;
  const [asking, ask] = useState<Asking>();
  const send = useVerb(releasePath(number), undefined, () => ask(undefined));
  const { decided, items } = checklistOf(carried);
  const rollback = rollbackVerb(release, 'rollback', VERB.rollback, () =>
    ask({ verb: 'rollback' }),
  );
  const giveUp = rollbackVerb(release, 'give_up', VERB.giveUp, () => ask({ verb: 'give_up' }));
  const mayReport = actionOf(release?.actions, 'step_back')?.allowed ?? false;
  const report = (item: Item, result: string, note?: string) =>
    send.run(`rollback/steps/${changeOf(carried, item.key)}`, { result, note });
  return (
    <>
      {!asking && <ProblemNote error={send.problem} />}
      {!decided && (
        <section className={`${classes.part} ${classes.decide}`} aria-label={NIGHT.decide}>
          <h2>{NIGHT.decide}</h2>
          {rollback ? (
            <div className={classes.buttons}>
              <ActionButton primary size="xl" item={rollback} />
            </div>
          ) : (
            <p>{NIGHT.noDecision}</p>
          )}
        </section>
      )}
      <section className={classes.part} aria-label={NIGHT.checklist}>
        <h2>{decided ? NIGHT.checklist : NIGHT.checklistWould}</h2>
        {items.length === 0 && <p>{NIGHT.checklistNone}</p>}
        <CheckItems
          items={items}
          answers={
            mayReport
              ? (item) => (
                  <StepAnswers
                    item={item}
                    busy={send.busy}
                    onReport={(result) => report(item, result)}
                    onFailed={() => ask({ verb: 'failed', change: item.key, title: item.title })}
                  />
                )
              : undefined
          }
        />
        {giveUp?.allowed && (
          <div className={classes.buttons}>
            <ActionButton size="xl" item={giveUp} />
          </div>
        )}
      </section>
      {asking && (
        <ReasonDialog
          title={titleOf(asking, number)}
          submit={SUBMIT[asking.verb] ?? ''}
          label={LABEL[asking.verb]}
          required
          danger
          busy={send.busy}
          problem={send.problem}
          onClose={() => {
            send.clear();
            ask(undefined);
          }}
          onSubmit={(reason) => {
            if (asking.verb !== 'failed') {
              const verb = asking.verb === 'rollback' ? 'rollback' : 'rollback/give-up';
              return send.run(verb, { reason });
            }
            const item = items.find(({ key }) => key === asking.change);
            if (item) report(item, 'failed', reason);
          }}
        >
          {asking.verb === 'rollback' && <RollbackSteps plan={carried.rollback_plan} />}
          {asking.verb === 'give_up' && <p>{ASK.giveUpHelp}</p>}
        </ReasonDialog>
      )}
    </>
  );
}

const SUBMIT: Record<string, string> = {
  rollback: ASK.rollbackSubmit,
  give_up: VERB.giveUp,
  failed: VERB.failed,
};

const LABEL: Record<string, string> = {
  rollback: ASK.rollbackLabel,
  give_up: ASK.giveUpLabel,
  failed: ASK.failedLabel,
};

function titleOf(asking: Asking, number: string): string {
  if (asking.verb === 'failed') return ASK.failedTitle(asking.title);
  return asking.verb === 'rollback' ? ASK.rollbackTitle(number) : VERB.giveUp;
}

function changeOf(carried: CarriedOut, id: string): string {
  const step = carried.deployment.steps.find((each) => each.change.id === id);
  return step?.change.number ?? id;
}

function StepAnswers(props: {
  item: Item;
  busy: boolean;
  onReport: (result: string) => void;
  onFailed: () => void;
}) {
  const { item, busy, onReport, onFailed } = props;
  const button = (name: string, label: string, run: () => void, primary = false) => (
    <ActionButton
      size="xl"
      primary={primary}
      item={{ name, label, allowed: true, busy, run }}
      name={`${label}: ${item.title}`}
    />
  );
  return (
    <div className={classes.buttons}>
      {button('done', VERB.takenBack, () => onReport('done'), true)}
      {item.uncertain && button('not_begun', VERB.notBegun, () => onReport('not_begun'))}
      {button('failed', VERB.failed, onFailed)}
    </div>
  );
}
