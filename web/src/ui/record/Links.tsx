// Links of a record to incidents, commits, builds and tickets.
import { ActionIcon, Select, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { Action, Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { ActionButton } from '../Actions';
import { Dialog } from '../Dialog';
import { Icon } from '../icons';
import { Section } from '../Page';
import { RefLink } from '../RefLink';
import { ProblemNote } from '../States';
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
}

export function Links({ links, path, version, asField, may }: Props) {
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
            size="compact-sm"
            item={{ ...may, label: RECORD.addLink, run: dialog.open }}
          />
        )
      }
    >
      {!adding && <ProblemNote error={write.error} />}
      {links.length === 0 && <p className="soft">{RECORD.noLinks}</p>}
      <ul className={classes.links}>
        {links.map((link) => (
          <li key={link.kind + link.target}>
            <span className="soft">{wordOf(link.kind)}</span>
            <span className={classes.linkTarget}>
              <Target link={link} />
            </span>
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
  return (
    <Dialog
      title={RECORD.addLink}
      submit={RECORD.addLink}
      onClose={onClose}
      onSubmit={() =>
        onAdd({ kind, target: target.trim(), ...(url.trim() ? { url: url.trim() } : {}) })
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
    </Dialog>
  );
}
