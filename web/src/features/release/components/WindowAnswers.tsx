// What the teams that own the affected services say of the window: asking them, answering for one,
// and taking the window that one proposes.
import { Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Schema, Window } from '@/lib/schema';
import { useVerb, type Verb } from '@/lib/verb';
import { actionOf, verbs } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { Dialog, ReasonDialog } from '@/ui/Dialog';
import { Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { say } from '@/ui/say';
import { ProblemNote } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { Time, WindowTime } from '@/ui/Time';
import { WindowField } from '@/ui/WindowField';
import { releasePath, type Release } from '../queries';
import { AGREEMENT } from '../agreeTexts';
import classes from './agreement.module.css';

type Row = Schema<'WindowAgreement'>;
type Asked = { row?: Row; verb: 'ask' | 'counter' | 'refuse' };

/** Nothing where no team owns what is touched, and once nobody can be asked any more. */
export function WindowAnswers({ release }: { release: Release }) {
  const [open, setOpen] = useState<Asked>();
  const send = useVerb(releasePath(release.number), release.version, (done) => {
    setOpen(undefined);
    say(`${release.number}: ${AGREEMENT.done[done] ?? done}`);
  });
  const rows = release.window_answers;
  const ask = actionOf(release.actions, 'ask_window');
  const over = !ask || /\.(wrong_phase|ended)$/.test(ask.refusal?.code ?? '');
  if (rows.length === 0 || (over && rows.every((row) => !row.asked_at))) return null;
  const items = verbs(release.actions, {
    ask_window: {
      label: rows.some((row) => row.asked_at) ? AGREEMENT.again : AGREEMENT.ask,
      busy: send.busy,
      run: () => setOpen({ verb: 'ask' }),
    },
  });
  const close = () => {
    send.clear();
    setOpen(undefined);
  };
  return (
    <Section title={AGREEMENT.title}>
      {!open && <ProblemNote error={send.problem} />}
      <ul className={classes.teams}>
        {rows.map((row) => (
          <li key={row.team.id}>
            <TeamRow release={release} row={row} send={send} onOpen={setOpen} />
          </li>
        ))}
      </ul>
      {!over && items.map((item) => <ActionButton key={item.name} offered item={item} />)}
      {open && <AnswerDialog asked={open} window={release.window} send={send} onClose={close} />}
    </Section>
  );
}

interface RowProps {
  release: Release;
  row: Row;
  send: Verb;
  onOpen: (asked: Asked) => void;
}

function TeamRow({ release, row, send, onOpen }: RowProps) {
  const { busy } = send;
  const answer = { team: row.team.id, seen: row.window };
  const answers = verbs(release.actions, {
    answer_window: {
      label: AGREEMENT.accept,
      busy,
      run: () => send.run('window/accept', answer),
    },
  });
  const taking = verbs(release.actions, {
    take_window: {
      label: AGREEMENT.take,
      busy,
      run: () => send.run('window/take', { team: row.team.id }),
    },
  });
  const other = (verb: 'counter' | 'refuse', label: string, danger = false) => ({
    ...{ name: verb, label, allowed: true, busy, danger },
    run: () => onOpen({ row, verb }),
  });
  return (
    <>
      <p className={classes.head}>
        <RefLink record={row.team} />
        <StatePill word={row.state} label={AGREEMENT.state[row.state]} />
        <span className="soft">{row.services.map((service) => service.name).join(', ')}</span>
      </p>
      {row.window && row.state !== 'not_asked' && (
        <p className={classes.facts}>
          {AGREEMENT.about} <WindowTime window={row.window} />, {AGREEMENT.by} {row.asked_by},{' '}
          <Time at={row.asked_at} />
          {row.note && ` · “${row.note}”`}
        </p>
      )}
      {row.answered_by && (
        <p className={classes.facts}>
          {row.answered_by}, <Time at={row.answered_at} />
          {row.reason && `: “${row.reason}”`}
          {row.instead && (
            <>
              {' · '}
              {AGREEMENT.instead} <WindowTime window={row.instead} />
            </>
          )}
        </p>
      )}
      <div className={classes.acts}>
        {row.yours && (
          <>
            {row.state !== 'accepted' &&
              answers.map((item) => <ActionButton key={item.name} item={item} primary />)}
            <ActionButton item={other('counter', AGREEMENT.counter)} />
            <ActionButton item={other('refuse', AGREEMENT.refuse, true)} />
          </>
        )}
        {row.state === 'countered' &&
          taking.map((item) => <ActionButton key={item.name} item={item} />)}
      </div>
    </>
  );
}

interface DialogProps {
  asked: Asked;
  window: Window | null | undefined;
  send: Verb;
  onClose: () => void;
}

function AnswerDialog({ asked, window, send, onClose }: DialogProps) {
  const { row, verb } = asked;
  const frame = { busy: send.busy, problem: send.problem, onClose };
  const answer = { team: row?.team.id, seen: row?.window };
  if (verb === 'counter') {
    const counter = (instead: Window, reason: string) =>
      send.run('window/counter', { ...answer, window: instead, reason });
    return <CounterDialog {...frame} window={window} onSubmit={counter} />;
  }
  if (verb === 'refuse') {
    return (
      <ReasonDialog
        {...frame}
        title={AGREEMENT.refuseTitle}
        submit={AGREEMENT.refuse}
        danger
        required
        onSubmit={(reason) => send.run('window/refuse', { ...answer, reason })}
      />
    );
  }
  return (
    <ReasonDialog
      {...frame}
      title={AGREEMENT.askTitle}
      submit={AGREEMENT.ask}
      label={AGREEMENT.note}
      onSubmit={(note) => send.run('window/ask', note ? { note } : {})}
    >
      <p>{AGREEMENT.askHelp}</p>
    </ReasonDialog>
  );
}

interface CounterProps {
  window: Window | null | undefined;
  busy: boolean;
  problem: unknown;
  onClose: () => void;
  onSubmit: (window: Window, reason: string) => void;
}

function CounterDialog({ window, onSubmit, ...frame }: CounterProps) {
  const [next, setNext] = useState<Window | null>(window ?? null);
  const [reason, setReason] = useState('');
  return (
    <Dialog
      {...frame}
      wide
      title={AGREEMENT.counterTitle}
      submit={AGREEMENT.counter}
      disabled={!next || reason.trim() === ''}
      onSubmit={() => next && onSubmit(next, reason.trim())}
    >
      <WindowField label={AGREEMENT.suits} value={next} onChange={setNext} />
      <Textarea
        label={AGREEMENT.why}
        withAsterisk
        autosize
        minRows={2}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}
