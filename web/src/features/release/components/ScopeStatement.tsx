// What the scope says beside the changes: who decides, what is left out and why, what is shared,
// which team owns what, and which releases come first.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '@/lib/schema';
import { ActionButton } from '@/ui/Actions';
import { Facts, Section } from '@/ui/Page';
import { useAskOffer } from '@/ui/record/AskException';
import { RefLink } from '@/ui/RefLink';
import { ErrorState, RowsSkeleton } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { Time, WindowTime } from '@/ui/Time';
import { useScope, type Release } from '../queries';
import { STATEMENT } from '../texts';
import { ScopeDialog, type Stating } from './ScopeDialog';
import classes from './statement.module.css';

type Document = Schema<'ScopeDocument'>;

export function ScopeStatement({ release }: { release: Release }) {
  const scope = useScope(release.number);
  const [stating, setStating] = useState<Stating>();
  const join = useAskOffer('change', () => setStating({ what: 'join' }));
  if (scope.error) {
    return <ErrorState error={scope.error} retry={() => void scope.refetch()} />;
  }
  if (!scope.data) return <RowsSkeleton rows={4} />;
  const document = scope.data;
  const may = (name: string) => release.actions.find((each) => each.name === name);
  const verb = (label: string, action: string, what: Stating) => {
    const found = may(action);
    if (!found) return null;
    return (
      <Button
        key={label}
        size="compact-sm"
        variant="default"
        disabled={!found.allowed}
        title={found.refusal?.detail}
        onClick={() => setStating(what)}
      >
        {label}
      </Button>
    );
  };
  return (
    <div className={classes.stack}>
      <Section
        title={STATEMENT.owner}
        aside={
          <span className={classes.verbs}>
            {verb(STATEMENT.ownerTitle, 'name_scope_owner', { what: 'owner' })}
            {!document.frozen && verb(STATEMENT.freezeAt, 'state_scope', { what: 'freezeAt' })}
            {document.frozen || document.freeze_at
              ? verb(STATEMENT.unfreeze, 'unfreeze', { what: 'unfreeze' })
              : verb(STATEMENT.freeze, 'freeze', { what: 'freeze' })}
            {document.frozen && (
              <ActionButton size="compact-sm" item={{ ...join, label: STATEMENT.askJoin }} />
            )}
          </span>
        }
      >
        <Facts
          facts={[
            [STATEMENT.owner, document.owner?.name ?? STATEMENT.ownerNone],
            [STATEMENT.frozen, <FreezeLine key="freeze" document={document} />],
          ]}
        />
      </Section>
      <Outside
        title={STATEMENT.independent}
        none={STATEMENT.noneIndependent}
        rows={document.independent}
        add={verb(STATEMENT.addOutside, 'state_scope', { what: 'independent' })}
      />
      <Outside
        title={STATEMENT.excluded}
        none={STATEMENT.noneExcluded}
        rows={document.excluded}
        add={verb(STATEMENT.addOutside, 'state_scope', { what: 'excluded' })}
      />
      <Shared document={document} />
      <Proposed
        document={document}
        add={(part) =>
          verb(`${STATEMENT.addOutside} ${part.ci.name}`, 'state_scope', {
            what: 'independent',
            given: { what: part.ci.name, reason: part.path },
          })
        }
      />
      <Impact document={document} />
      <Teams
        document={document}
        add={verb(STATEMENT.addTeam, 'state_scope', { what: 'team' })}
        signOff={(row) =>
          verb(STATEMENT.signOff, 'sign_off', { what: 'signOff', given: { team: row.team.id } })
        }
      />
      <Order document={document} add={verb(STATEMENT.setOrder, 'depend', { what: 'order' })} />
      {stating && (
        <ScopeDialog
          release={release}
          document={document}
          stating={stating}
          onClose={() => setStating(undefined)}
        />
      )}
    </div>
  );
}

function FreezeLine({ document }: { document: Document }) {
  const { frozen, freeze, freeze_at: at } = document;
  if (freeze) {
    return (
      <>
        <StatePill word="frozen" /> {freeze.by}, <Time at={freeze.at} />: “{freeze.reason}”
      </>
    );
  }
  if (frozen) {
    return (
      <>
        <StatePill word="frozen" /> <Time at={at} show="full" />
      </>
    );
  }
  if (!at) return <>{STATEMENT.open}</>;
  return (
    <>
      {STATEMENT.freezes} <Time at={at} show="full" />
    </>
  );
}

interface OutsideProps {
  title: string;
  none: string;
  rows: Schema<'Outside'>[];
  add: React.ReactNode;
}

function Outside({ title, none, rows, add }: OutsideProps) {
  return (
    <Section title={title} aside={add}>
      {rows.length === 0 ? (
        <p className="soft">{none}</p>
      ) : (
        <ul className={classes.list}>
          {rows.map((row, index) => (
            <li key={index}>
              {row.change ? <RefLink record={row.change} /> : <strong>{row.what}</strong>}
              <span className={classes.why}>{row.reason}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Shared({ document }: { document: Document }) {
  return (
    <Section title={STATEMENT.shared}>
      {document.shared.length === 0 ? (
        <p className="soft">{STATEMENT.noneShared}</p>
      ) : (
        <ul className={classes.list} data-many>
          {document.shared.map((row) => (
            <li key={row.ci.id}>
              <RefLink record={row.ci} />
              <span className={classes.refs}>
                {[...row.changes, ...row.releases].map((record) => (
                  <RefLink key={record.id} record={record} show="number" />
                ))}
              </span>
            </li>
          ))}
        </ul>
      )}
      {document.shared_more && <p className="soft">{STATEMENT.sharedMore}</p>}
    </Section>
  );
}

interface ProposedProps {
  document: Document;
  add: (part: Schema<'ProposedPart'>) => React.ReactNode;
}

function Proposed({ document, add }: ProposedProps) {
  if (document.proposed.length === 0) return null;
  const kinds = [...new Set(document.proposed.map((part) => part.kind))];
  return (
    <Section title={STATEMENT.proposed}>
      <p className="soft">{STATEMENT.proposedHelp}</p>
      {kinds.map((kind) => (
        <div key={kind}>
          <h3 className={classes.heading}>{STATEMENT.partKind[kind] ?? wordOf(kind)}</h3>
          <ul className={classes.list}>
            {document.proposed
              .filter((part) => part.kind === kind)
              .map((part) => (
                <li key={part.ci.id}>
                  <span className={classes.refs}>
                    <RefLink record={part.ci} />
                    {part.team && <span className="soft">{part.team.name}</span>}
                    {part.changes.map((record) => (
                      <RefLink key={record.id} record={record} show="number" />
                    ))}
                    {add(part)}
                  </span>
                  <span className={classes.why}>{part.path}</span>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </Section>
  );
}

function Impact({ document }: { document: Document }) {
  if (document.impact.length === 0) return null;
  return (
    <Section title={STATEMENT.impact}>
      <ul className={classes.list}>
        {document.impact.map((row) => (
          <li key={row.service.id}>
            <span className={classes.refs}>
              <RefLink record={row.service} />
              <span>{STATEMENT.criticality(row.criticality)}</span>
              <span className="soft">{row.direct ? STATEMENT.touched : STATEMENT.rests}</span>
              {row.changes.map((record) => (
                <RefLink key={record.id} record={record} show="number" />
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface TeamsProps {
  document: Document;
  add: React.ReactNode;
  signOff: (row: Schema<'Contribution'>) => React.ReactNode;
}

function Teams({ document, add, signOff }: TeamsProps) {
  return (
    <Section title={STATEMENT.teams} aside={add}>
      {document.teams.length === 0 ? (
        <p className="soft">{STATEMENT.noneTeams}</p>
      ) : (
        <ul className={classes.list}>
          {document.teams.map((row) => (
            <li key={row.team.id}>
              <strong>{row.team.name}</strong>
              <span className={classes.why}>
                {STATEMENT.owns}: {row.owns || STATEMENT.notStated}
                {row.signs_off && ` · ${STATEMENT.signsOff}: ${row.signs_off}`}
              </span>
              <span className={classes.refs}>
                {row.changes.map((record) => (
                  <RefLink key={record.id} record={record} show="number" />
                ))}
                <SignedLine row={row} />
                {row.yours && signOff(row)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function SignedLine({ row }: { row: Schema<'Contribution'> }) {
  if (row.signed_by) {
    return (
      <span>
        <StatePill word="accepted" label={STATEMENT.signed} /> {row.signed_by},{' '}
        <Time at={row.signed_at} />
        {row.signed_note && `: “${row.signed_note}”`}
      </span>
    );
  }
  if (row.lapsed) return <StatePill word="lapsed" label={STATEMENT.signAgain} />;
  return row.owns ? <span className="soft">{STATEMENT.notSigned}</span> : null;
}

function Order({ document, add }: { document: Document; add: React.ReactNode }) {
  const { after, followers } = document;
  return (
    <Section title={STATEMENT.order} aside={add}>
      {after.length + followers.length === 0 ? (
        <p className="soft">{STATEMENT.noneOrder}</p>
      ) : (
        <>
          <Neighbours title={STATEMENT.after} rows={after} />
          <Neighbours title={STATEMENT.followers} rows={followers} />
        </>
      )}
    </Section>
  );
}

function Neighbours({ title, rows }: { title: string; rows: Schema<'Neighbour'>[] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h3 className={classes.heading}>{title}</h3>
      <ul className={classes.list}>
        {rows.map((row) => (
          <li key={row.release.id}>
            <RefLink record={row.release} />
            <span className={classes.refs}>
              <StatePill word={row.phase} />
              {row.verified ? (
                <StatePill word="verified" />
              ) : (
                <span className="soft">{wordOf(STATEMENT.notVerified)}</span>
              )}
              <WindowTime window={row.window} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
