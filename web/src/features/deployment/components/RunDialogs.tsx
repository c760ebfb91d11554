// The dialogs of a run's verbs that ask for something before they are sent.
import type { Schema } from '@/lib/schema';
import { ReasonDialog } from '@/ui/Dialog';
import type { CarriedOut, Run } from '../queries';
import { ASK, VERB } from '../texts';
import type { Reasoned, Steer } from '../useSteer';
import { RollbackDialog } from './RollbackDialog';

interface Props {
  carried: CarriedOut;
  run: Run;
  steer: Steer;
}

export function RunDialogs({ carried, run, steer }: Props) {
  const { asking, send } = steer;
  if (!asking) return null;
  const onClose = () => {
    send.clear();
    steer.ask(undefined);
  };
  if (asking.verb === 'rollback') {
    return <RollbackDialog carried={carried} run={run} steer={steer} onClose={onClose} />;
  }
  const { title, label, submit, help } = wordsOf(asking);
  return (
    <ReasonDialog
      title={title}
      label={label}
      submit={submit}
      required
      danger={asking.verb !== 'skip' && asking.verb !== 'continue'}
      busy={send.busy}
      problem={send.problem}
      onClose={onClose}
      onSubmit={(reason) => sendIt(asking, reason, send)}
    >
      {help && <p>{help}</p>}
    </ReasonDialog>
  );
}

interface Words {
  title: string;
  label: string;
  submit: string;
  help?: string;
}

function wordsOf(asking: Reasoned): Words {
  switch (asking.verb) {
    case 'abort':
      return {
        title: ASK.abortTitle,
        label: ASK.abortLabel,
        submit: VERB.abort,
        help: ASK.abortHelp,
      };
    case 'give-up':
      return {
        title: VERB.giveUp,
        label: ASK.giveUpLabel,
        submit: VERB.giveUp,
        help: ASK.giveUpHelp,
      };
    case 'continue':
      return {
        title: ASK.continueTitle,
        label: ASK.continueLabel,
        submit: VERB.continue,
      };
    case 'skip':
      return {
        title: ASK.skipTitle(asking.step),
        label: ASK.skipLabel,
        submit: VERB.skip,
        help: ASK.skipHelp,
      };
    case 'failed':
      return {
        title: ASK.failedTitle(asking.step),
        label: ASK.failedLabel,
        submit: VERB.failed,
      };
  }
}

function sendIt(asking: Reasoned, reason: string | undefined, send: Steer['send']) {
  switch (asking.verb) {
    case 'continue':
      return send.run(
        'decide',
        { choice: 'continue', reason } satisfies Schema<'DecideRun'>,
        false,
      );
    case 'skip':
      return send.run('skip', { step: asking.step, reason } satisfies Schema<'StepAsk'>);
    case 'failed': {
      const { step, way, attempt } = asking;
      const body: Schema<'ReportRun'> = { step, way, attempt, result: 'failed', note: reason };
      return send.run('report', body);
    }
    default:
      return send.run(asking.verb, { reason });
  }
}
