// The user groups: who is in each, and which services they have to do with.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { usePages } from '@/lib/pages';
import type { Schema } from '@/lib/schema';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { RefLink } from '@/ui/RefLink';
import { say } from '@/ui/say';
import { ShowMore } from '@/ui/ShowMore';
import { EmptyState, ErrorState, RowsSkeleton } from '@/ui/States';
import { UserGroupDialog } from '../components/UserGroupDialog';
import { audienceWord, GROUPS } from '../texts';
import classes from './inbox.module.css';

type UserGroup = Schema<'UserGroup'>;

export default function UserGroupsPage() {
  const pages = usePages<UserGroup>('/user-groups');
  const [open, setOpen] = useState<string>();
  const offer = useOffer('notice.write', GROUPS.new, () => setOpen(''));
  const done = () => {
    setOpen(undefined);
    say(GROUPS.saved);
  };
  return (
    <Page title={GROUPS.title} meta={GROUPS.help} primary={offer}>
      {pages.error ? (
        <ErrorState error={pages.error} retry={pages.retry} />
      ) : !pages.rows ? (
        <RowsSkeleton />
      ) : pages.rows.length === 0 ? (
        <EmptyState
          icon="teams"
          title={GROUPS.emptyTitle}
          action={offer.allowed ? offer : undefined}
          example={GROUPS.example}
        >
          <p>{GROUPS.empty}</p>
        </EmptyState>
      ) : (
        <div className={classes.cards}>
          {pages.rows.map((group) => (
            <Card
              key={group.id}
              group={group}
              refused={offer.refusal?.detail}
              onEdit={() => setOpen(group.id)}
            />
          ))}
        </div>
      )}
      <ShowMore pages={pages} />
      {open !== undefined && (
        <UserGroupDialog id={open || undefined} onClose={() => setOpen(undefined)} onDone={done} />
      )}
    </Page>
  );
}

interface CardProps {
  group: UserGroup;
  /** Why it may not be edited. */
  refused?: string;
  onEdit: () => void;
}

function Card({ group, refused, onEdit }: CardProps) {
  return (
    <Section
      title={group.name}
      aside={
        <Button
          size="compact-sm"
          variant="default"
          disabled={refused !== undefined}
          title={refused}
          onClick={onEdit}
          aria-label={`${GROUPS.edit} ${group.name}`}
        >
          {GROUPS.edit}
        </Button>
      }
    >
      <p>
        {audienceWord(group.audience)}, {GROUPS.members(group.members)}
        {group.zone && <span className="soft">, {group.zone}</span>}
      </p>
      {group.services.length === 0 ? (
        <p className="soft">{GROUPS.noServices}</p>
      ) : (
        group.services.map((service) => (
          <p key={service.id}>
            <RefLink record={service} />
          </p>
        ))
      )}
    </Section>
  );
}
