// The people: roles, teams, whether they may sign in, and their passwords.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { paths } from '@/app/paths';
import { unfiltered, useAddress } from '@/lib/address';
import { useMe } from '@/lib/session';
import { DataTable, type Column } from '@/ui/DataTable';
import { FilterBar } from '@/ui/FilterBar';
import { InLog } from '@/ui/InLog';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { StatePill } from '@/ui/StatePill';
import { ListEmpty } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { PasswordDialog } from '../components/PasswordDialog';
import { PersonDialog } from '../components/PersonDialog';
import { usePeople, type Person } from '../peopleQueries';
import { ROLES, texts } from '../peopleTexts';
import classes from './settings.module.css';

const words = texts.people;

type Open = { kind: 'edit' | 'password'; person: Person } | { kind: 'new' };

interface Rights {
  /** Why people may not be edited; undefined when they may. */
  refused: string | undefined;
  /** The reader, who may set their own password. */
  me: string;
}

function columnsWith(open: (open: Open) => void, { refused, me }: Rights): Column<Person>[] {
  return [
    { key: 'name', header: words.columns.name, cell: (row) => <strong>{row.name}</strong> },
    {
      key: 'login',
      header: words.columns.login,
      cell: (row) => <span className="mono">{row.login}</span>,
    },
    {
      key: 'roles',
      header: words.columns.roles,
      cell: (row) => {
        const roles = row.roles.map((role) => wordOf(role)).join(', ');
        return (
          <span className={classes.names} title={roles}>
            {roles || '–'}
          </span>
        );
      },
    },
    {
      key: 'teams',
      header: words.columns.teams,
      wideOnly: true,
      cell: (row) => {
        const teams = row.teams.map((team) => team.name).join(', ');
        return (
          <span className={classes.names} title={teams}>
            {teams || '–'}
          </span>
        );
      },
    },
    { key: 'zone', header: words.columns.zone, wideOnly: true, cell: (row) => row.zone },
    {
      key: 'state',
      header: words.columns.state,
      cell: (row) =>
        row.active ? (
          <StatePill word="active" label={words.active} tone="clear" />
        ) : (
          <StatePill word="left" label={words.inactive} tone="faint" />
        ),
    },
    {
      key: 'do',
      header: texts.doColumn,
      right: true,
      cell: (row) => (
        <span className={classes.rowTools}>
          <InLog to={paths.inLog(row.id)} of={row.name} />
          <Button
            size="compact-sm"
            variant="default"
            disabled={refused !== undefined}
            title={refused}
            aria-label={`${words.edit} ${row.name}`}
            onClick={() => open({ kind: 'edit', person: row })}
          >
            {words.edit}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={refused !== undefined && row.id !== me}
            title={row.id === me ? undefined : refused}
            aria-label={words.passwordTitle(row.name)}
            onClick={() => open({ kind: 'password', person: row })}
          >
            {words.password}
          </Button>
        </span>
      ),
    },
  ];
}

export default function PeoplePage() {
  const [address, change] = useAddress();
  const [open, setOpen] = useState<Open>();
  const { q, role, active } = address;
  const pages = usePeople({ q, role, active });
  const close = () => setOpen(undefined);
  const done = (message: string) => () => {
    close();
    say(message);
  };
  const startNew = () => setOpen({ kind: 'new' });
  const offer = useOffer('identity.write', words.new, startNew);
  const me = useMe().person.id;
  return (
    <Page wide title={words.title} primary={offer}>
      <FilterBar
        address={address}
        onChange={change}
        text={words.search}
        filters={[
          { key: 'role', label: words.role, options: ROLES },
          {
            key: 'active',
            label: words.activeFilter,
            options: [
              { value: 'true', label: words.active },
              { value: 'false', label: words.inactive },
            ],
          },
        ]}
      />
      <Section flush>
        <DataTable
          label={words.label}
          columns={columnsWith(setOpen, { refused: offer.refusal?.detail, me })}
          pages={pages}
          rowKey={(row) => row.id}
          empty={
            <ListEmpty
              icon="teams"
              words={words}
              filtered={Boolean(q || role || active)}
              offer={offer}
              onClear={() => change(unfiltered(address))}
            />
          }
        />
      </Section>
      {open?.kind === 'new' && <PersonDialog onClose={close} onDone={done(words.saved)} />}
      {open?.kind === 'edit' && (
        <PersonDialog person={open.person} onClose={close} onDone={done(words.saved)} />
      )}
      {open?.kind === 'password' && (
        <PasswordDialog person={open.person} onClose={close} onDone={done(words.passwordDone)} />
      )}
    </Page>
  );
}
