// The teams: what each does, who belongs to it, and the way to its work.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { paths } from '@/app/paths';
import { queryText } from '@/lib/client';
import { InLog } from '@/ui/InLog';
import { Link } from '@/ui/Link';
import { useOffer } from '@/ui/offer';
import { Page, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { ShowMore } from '@/ui/ShowMore';
import { EmptyState, ErrorState, RowsSkeleton } from '@/ui/States';
import { TeamDialog } from '../components/TeamDialog';
import { useTeamList, type Team } from '../queries';
import { texts } from '../texts';
import classes from './TeamsPage.module.css';

export default function TeamsPage() {
  const pages = useTeamList();
  const [open, setOpen] = useState<Team | 'new'>();
  const startNew = () => setOpen('new');
  const offer = useOffer('team.write', texts.new, startNew);
  const done = () => {
    setOpen(undefined);
    say(texts.saved);
  };
  return (
    <Page title={texts.title} primary={offer}>
      {pages.error ? (
        <ErrorState error={pages.error} retry={pages.retry} />
      ) : !pages.rows ? (
        <RowsSkeleton />
      ) : pages.rows.length === 0 ? (
        <EmptyState
          icon="teams"
          title={texts.emptyTitle}
          action={offer.allowed ? offer : undefined}
          example={texts.example}
        >
          <p>{texts.empty}</p>
        </EmptyState>
      ) : (
        <div className={classes.cards}>
          {pages.rows.map((team) => (
            <TeamCard
              key={team.id}
              team={team}
              refused={offer.refusal?.detail}
              onEdit={() => setOpen(team)}
            />
          ))}
        </div>
      )}
      <ShowMore pages={pages} />
      {open && (
        <TeamDialog
          team={open === 'new' ? undefined : open}
          onClose={() => setOpen(undefined)}
          onDone={done}
        />
      )}
    </Page>
  );
}

interface CardProps {
  team: Team;
  /** Why it may not be edited. */
  refused?: string;
  onEdit: () => void;
}

function TeamCard({ team, refused, onEdit }: CardProps) {
  return (
    <Section
      title={team.name}
      aside={
        <Button
          size="compact-sm"
          variant="default"
          disabled={refused !== undefined}
          title={refused}
          onClick={onEdit}
          aria-label={`${texts.edit} ${team.name}`}
        >
          {texts.edit}
        </Button>
      }
    >
      {team.description && <p className={classes.description}>{team.description}</p>}
      <p className={classes.members}>
        <span className="soft">{texts.people(team.members.length)}: </span>
        {team.members.length === 0
          ? texts.noMembers
          : team.members.map((person) => person.name).join(', ')}
      </p>
      <p className={classes.links}>
        <Link to={paths.changes + queryText({ team: team.id })}>{texts.changes}</Link>
        <Link to={paths.releases + queryText({ team: team.id })}>{texts.releases}</Link>
        <InLog to={paths.inLog(team.id)} of={team.name} />
      </p>
    </Section>
  );
}
