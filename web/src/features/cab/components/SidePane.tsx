// Beside the item: the clock, the board's votes as they arrive, who is there, the minutes so far.
import { Button, NumberInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '@/lib/session';
import { useVerb } from '@/lib/verb';
import { Section } from '@/ui/Page';
import { ProblemNote } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { Time, useNow } from '@/ui/Time';
import { meetingPath, type Item, type Meeting } from '../queries';
import { MEETING } from '../texts';
import classes from './cab.module.css';

interface Props {
  meeting: Meeting;
  item: Item;
}

export function SidePane({ meeting, item }: Props) {
  const held = meeting.state === 'in_session';
  return (
    <aside className={classes.side} aria-label={MEETING.minutes}>
      {held && item.subject.id === meeting.current && <Timer meeting={meeting} item={item} />}
      <Section title={MEETING.votes} aside={item.decision && <StatePill word={item.decision} />}>
        {item.votes.length === 0 && <p className="soft">{MEETING.noVotes}</p>}
        <ul className={classes.cast} aria-live="polite">
          {item.votes.map((vote) => (
            <li key={vote.person.id + vote.at}>
              <StatePill word={vote.answer} />
              <strong>{vote.person.name}</strong>
              {vote.on_behalf_of && <span>{MEETING.inPlace(vote.on_behalf_of.name)}</span>}
              {vote.reason && <span>“{vote.reason}”</span>}
            </li>
          ))}
        </ul>
      </Section>
      {held && <Presence meeting={meeting} />}
      {held && <Remarks meeting={meeting} item={item} />}
    </aside>
  );
}

function allowed(meeting: Meeting, name: string): boolean {
  return meeting.actions.some((action) => action.name === name && action.allowed);
}

function Timer({ meeting, item }: Props) {
  const now = useNow(1_000);
  const verb = useVerb(meetingPath(meeting.number));
  const since = item.opened_at ? now.getTime() - Date.parse(item.opened_at) : 0;
  const left = item.minutes * 60 - Math.floor(Math.max(0, since) / 1000);
  const size = Math.abs(left);
  const text = `${Math.floor(size / 60)}:${String(size % 60).padStart(2, '0')}`;
  return (
    <Section title={MEETING.timer}>
      <p className={classes.timer} data-over={left < 0 || undefined} role="timer">
        {left < 0 ? `+${text}` : text} {left < 0 && <small>{MEETING.over}</small>}
      </p>
      {allowed(meeting, 'time') && (
        <NumberInput
          size="xs"
          label={MEETING.setTime}
          min={1}
          max={480}
          allowDecimal={false}
          key={item.minutes}
          defaultValue={item.minutes}
          onBlur={(event) => {
            const minutes = Number(event.currentTarget.value);
            if (minutes && minutes !== item.minutes) {
              verb.run('time', { subject: item.subject.number, minutes }, false);
            }
          }}
        />
      )}
    </Section>
  );
}

function Presence({ meeting }: { meeting: Meeting }) {
  const me = useMe();
  const verb = useVerb(meetingPath(meeting.number));
  const here = meeting.attendance.filter((each) => !each.until);
  const ids = new Set(here.map((each) => each.person.id));
  const leads = allowed(meeting, 'next');
  const away = meeting.members.filter((person) => !ids.has(person.id));
  const present = ids.has(me.person.id);
  const set = (person: string, is: boolean) => verb.run('attend', { person, present: is }, false);
  return (
    <Section
      title={MEETING.present}
      aside={
        allowed(meeting, 'attend') && (
          <Button
            size="compact-sm"
            variant="default"
            loading={verb.busy}
            onClick={() => set(me.person.id, !present)}
          >
            {present ? MEETING.leave : MEETING.join}
          </Button>
        )
      }
    >
      <ProblemNote error={verb.problem} />
      {here.length === 0 && <p className="soft">{MEETING.nobody}</p>}
      <ul className={classes.people}>
        {here.map((each) => (
          <li key={each.person.id}>
            {each.person.name}
            {leads && (
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                aria-label={MEETING.went(each.person.name)}
                onClick={() => set(each.person.id, false)}
              >
                −
              </Button>
            )}
          </li>
        ))}
      </ul>
      {away.length > 0 && (
        <>
          <h3 className={classes.small}>{MEETING.absent}</h3>
          <ul className={classes.people} data-away>
            {away.map((person) => (
              <li key={person.id}>
                {person.name}
                {leads && (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    color="gray"
                    aria-label={MEETING.came(person.name)}
                    onClick={() => set(person.id, true)}
                  >
                    +
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

function Remarks({ meeting, item }: Props) {
  const [text, setText] = useState('');
  const verb = useVerb(meetingPath(meeting.number), undefined, () => setText(''));
  const remarks = meeting.remarks.filter((remark) => remark.subject === item.subject.id);
  const send = () => verb.run('remark', { subject: item.subject.number, text }, false);
  return (
    <Section title={MEETING.remarks}>
      <ProblemNote error={verb.problem} />
      <ul className={classes.cast}>
        {remarks.map((remark) => (
          <li key={remark.at + remark.text}>
            <strong>{remark.author}</strong> <Time at={remark.at} />
            <span>{remark.text}</span>
          </li>
        ))}
      </ul>
      {allowed(meeting, 'remark') && (
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== '') send();
          }}
        >
          <Textarea
            label={MEETING.remarkHelp}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={4000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button type="submit" size="xs" variant="default" loading={verb.busy}>
            {MEETING.write}
          </Button>
        </form>
      )}
    </Section>
  );
}
