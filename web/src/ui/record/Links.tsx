// Links of a record to incidents, commits, builds and tickets.
import { ActionIcon, Checkbox, Select, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { Action, Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { ActionButton } from '../Actions';
import { Dialog } from '../Dialog';
import { Icon } from '../icons';
import { useOffer } from '../offer';
import { Section } from '../Page';
import { RefLink } from '../RefLink';
import { say } from '../say';
import { ProblemNote } from '../States';
import { Time } from '../Time';
import { UI, wordOf } from '../texts';
import { LINK_KINDS, RECORD } from './texts';
import classes from './record.module.css';

type RecordLink = Schema<'Link'>;

interface Props {
  links: RecordLink[];
  path: string;
  version: number;
  /** True where links are a field of the record, not a resource of their own. */
  asField?: boolean;
  /** The action that replaces them. */
  may: Action | undefined;
  /** The action that ticks off the problems and requests that wait for the work. */
  settle?: Action;
}

/** The kinds of links where somebody waits for the work. */
const WAITS = ['problem', 'request'];

export function Links({ links, path, version, asField, may, settle }: Props) {
  const [adding, dialog] = useDisclosure();
  const write = useWrite(dialog.close);
  const keep = (next: RecordLink[]) => {
    const body = { links: next };
    if (asField) write.mutate({ method: 'PATCH', path, body, version });
    else write.mutate({ method: 'PUT', path: `${path}/links`, body, version });
  };
  return (
    <Section
      title={RECORD.links}
      aside={
        may && (
          <ActionButton
            offered
            size="compact-sm"
            item={{ ...may, label: RECORD.addLink, run: dialog.open }}
          />
        )
      }
    >
      {!adding && <ProblemNote error={write.error} />}
      {links.length === 0 && <p className="soft">{RECORD.noLinks}</p>}
      {settle?.allowed && <ToTell links={links} />}
      <ul className={classes.links}>
        {links.map((link) => (
          <li key={link.kind + link.target}>
            <span className="soft">{wordOf(link.kind)}</span>
            <span className={classes.linkTarget}>
              <Target link={link} />
              <Told link={link} />
            </span>
            {WAITS.includes(link.kind) && (settle?.allowed || link.done) && (
              <Checkbox
                size="xs"
                label={RECORD.told}
                aria-label={`${RECORD.told}: ${link.target}`}
                checked={link.done ?? false}
                disabled={write.isPending || !settle?.allowed}
                onChange={(event) => {
                  const done = event.currentTarget.checked;
                  keep(links.map((each) => (each === link ? { ...each, done } : each)));
                }}
              />
            )}
            <ActionIcon
              size="sm"
              aria-label={`${UI.remove} ${link.target}`}
              disabled={write.isPending || !may?.allowed}
              onClick={() => keep(links.filter((each) => each !== link))}
            >
              <Icon name="close" size={12} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      {adding && (
        <NewLink
          busy={write.isPending}
          problem={write.error}
          onClose={dialog.close}
          onAdd={(link) => keep([...links, link])}
        />
      )}
    </Section>
  );
}

/** Who was told of it by a notice, and when; else to whom it is told, and why no notice did. */
function Told({ link: { tell, told, untold } }: { link: RecordLink }) {
  if (told) {
    return (
      <span className="soft">
        {' '}
        · {RECORD.toldWhom(told.whom)} <Time at={told.at} show="full" />
      </span>
    );
  }
  if (!tell) return null;
  return (
    <span className="soft">
      {' '}
      · {RECORD.tellWhom(tell)}
      {untold && <> · {RECORD.untold(untold.reason)}</>}
      {untold?.notice && <Again key={untold.reason} notice={untold.notice} />}
    </span>
  );
}

/** Sends what was written for them again; no more once it is on its way, until that failed too. */
function Again({ notice }: { notice: string }) {
  const write = useWrite<Schema<'Retried'>>(() => say(RECORD.sentAgain));
  const send = () => write.mutate({ path: `/notices/${notice}/retry`, body: {} });
  const again = useOffer('notice.write', RECORD.sendAgain, send);
  if (write.isSuccess) return null;
  return (
    <>
      {' '}
      <ActionButton size="compact-xs" item={{ ...again, busy: write.isPending }} />
      <ProblemNote error={write.error} />
    </>
  );
}

/** To whom it is told that the work is done, as long as they were not. */
function ToTell({ links }: { links: RecordLink[] }) {
  const open = links.filter((link) => WAITS.includes(link.kind) && !link.done);
  if (open.length === 0) return null;
  const whom = (link: RecordLink) => RECORD.toTell(link.tell, wordOf(link.kind), link.target);
  return (
    <p role="status">
      {RECORD.doneHere} {open.map(whom).join('; ')}.
    </p>
  );
}

function Target({ link }: { link: RecordLink }) {
  if (/^(CHG|REL|INC|PIR)-\d+$/.test(link.target)) {
    return <RefLink record={{ id: link.target, number: link.target, name: '' }} />;
  }
  // Only web addresses become links: a `javascript:` one must never run.
  if (link.url && /^https?:\/\//i.test(link.url)) {
    return (
      <a href={link.url} target="_blank" rel="noreferrer noopener">
        {link.target}
      </a>
    );
  }
  return <span>{link.target}</span>;
}

interface NewLinkProps {
  busy: boolean;
  problem: unknown;
  onClose: () => void;
  onAdd: (link: RecordLink) => void;
}

function NewLink({ busy, problem, onClose, onAdd }: NewLinkProps) {
  const [kind, setKind] = useState('incident');
  const [target, setTarget] = useState('');
  const [url, setUrl] = useState('');
  const [tell, setTell] = useState('');
  const waits = WAITS.includes(kind);
  return (
    <Dialog
      title={RECORD.addLink}
      submit={RECORD.addLink}
      onClose={onClose}
      onSubmit={() =>
        onAdd({
          kind,
          target: target.trim(),
          ...(url.trim() ? { url: url.trim() } : {}),
          ...(waits && tell.trim() ? { tell: tell.trim() } : {}),
        })
      }
      busy={busy}
      problem={problem}
      disabled={target.trim() === ''}
    >
      <Select
        label={RECORD.linkKind}
        allowDeselect={false}
        data={LINK_KINDS.map((each) => ({ value: each, label: wordOf(each) }))}
        value={kind}
        onChange={(value) => value && setKind(value)}
      />
      <TextInput
        data-autofocus
        label={RECORD.linkTarget}
        value={target}
        maxLength={200}
        onChange={(event) => setTarget(event.currentTarget.value)}
      />
      <TextInput
        type="url"
        label={RECORD.linkUrl}
        value={url}
        maxLength={2000}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      {waits && (
        <TextInput
          label={RECORD.tell}
          description={RECORD.tellHelp}
          value={tell}
          maxLength={200}
          onChange={(event) => setTell(event.currentTarget.value)}
        />
      )}
    </Dialog>
  );
}
