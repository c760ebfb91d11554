// The minutes of an ended meeting: read, and taken along as Markdown.
import { Button } from '@mantine/core';
import { minutes, clock } from '@/lib/dates';
import { useZone } from '@/lib/session';
import { Facts, Section, Stack } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { ErrorState, PartSkeleton } from '@/ui/States';
import { StatePill, Tier } from '@/ui/StatePill';
import { useMinutes, type Item, type Meeting } from '../queries';
import { MEETING } from '../texts';
import classes from './cab.module.css';

export function MinutesText({ meeting }: { meeting: Meeting }) {
  const found = useMinutes(meeting.number);
  if (found.error) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <PartSkeleton height={320} />;
  const general = meeting.remarks.filter((remark) => !remark.subject);
  const people = [...new Set(meeting.attendance.map((each) => each.person.name))].join(', ');
  return (
    <Stack>
      <Section
        title={MEETING.minutes}
        aside={
          <Button
            component="a"
            size="compact-sm"
            variant="default"
            download={`${meeting.number}.md`}
            href={`data:text/markdown;charset=utf-8,${encodeURIComponent(found.data.markdown)}`}
          >
            {MEETING.download}
          </Button>
        }
      >
        <Facts facts={[[MEETING.present, people || MEETING.nobody]]} />
        {general.map((remark) => (
          <p key={remark.at + remark.text}>
            <strong>{remark.author}</strong>: {remark.text}
          </p>
        ))}
      </Section>
      {meeting.agenda.map((item) => (
        <ItemMinutes key={item.subject.id} meeting={meeting} item={item} />
      ))}
    </Stack>
  );
}

function ItemMinutes({ meeting, item }: { meeting: Meeting; item: Item }) {
  const zone = useZone();
  const remarks = meeting.remarks.filter((remark) => remark.subject === item.subject.id);
  const off = meeting.deferred.find((deferral) => deferral.subject.id === item.subject.id);
  return (
    <Section
      title={`${item.subject.number ?? ''} ${item.subject.name}`}
      aside={<StatePill word={item.decision} />}
    >
      <p className={classes.meta}>
        <RefLink record={item.subject} />
        <Tier tier={item.tier} />
        {item.opened_at && item.closed_at && (
          <span>
            {clock(item.opened_at, zone)} – {clock(item.closed_at, zone)}
          </span>
        )}
        <span>{minutes(item.minutes)}</span>
      </p>
      <ul className={classes.cast}>
        {item.votes.map((vote) => (
          <li key={vote.person.id + vote.at}>
            <StatePill word={vote.answer} />
            <strong>{vote.person.name}</strong>
            {vote.on_behalf_of && <span>{MEETING.inPlace(vote.on_behalf_of.name)}</span>}
            {vote.reason && <span>“{vote.reason}”</span>}
          </li>
        ))}
        {off && (
          <li>
            <StatePill word="deferred" /> <span>{off.reason}</span>
          </li>
        )}
        {remarks.map((remark) => (
          <li key={remark.at + remark.text}>
            <strong>{remark.author}</strong> <span>{remark.text}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
