// What a page shows when there is nothing yet, when it waits, and when something failed.
import { Button, Skeleton, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useInZone } from '@/lib/inZone';
import { asProblem } from '@/lib/problem';
import { errorText } from './errorText';
import { Icon, type IconName } from './icons';
import { sentence, UI } from './texts';
import classes from './States.module.css';

interface EmptyProps {
  icon?: IconName;
  title: string;
  children?: ReactNode;
  /** The first action. */
  action?: { label: string; run: () => void };
  /** A small example of what will be here. */
  example?: ReactNode;
}

export function EmptyState({ icon = 'list', title, children, action, example }: EmptyProps) {
  return (
    <div className={`${classes.empty} ${classes.framed}`}>
      <span className={classes.emptyIcon}>
        <Icon name={icon} size={20} />
      </span>
      <h2>{title}</h2>
      {children && <div className={classes.words}>{children}</div>}
      {example && (
        <div className={classes.example} aria-hidden="true">
          {example}
        </div>
      )}
      {action && (
        <Button variant="default" onClick={action.run}>
          {action.label}
        </Button>
      )}
    </div>
  );
}

interface NoMatchProps {
  title: string;
  help?: string;
  onClear: () => void;
}

/** A list of which the filters leave nothing. */
function NoMatch({ title, help, onClear }: NoMatchProps) {
  return (
    <EmptyState icon="filter" title={title} action={{ label: UI.clearFilters, run: onClear }}>
      {help && <p>{help}</p>}
    </EmptyState>
  );
}

interface ListEmptyProps {
  icon: IconName;
  words: {
    emptyTitle: string;
    empty: string;
    noMatch: string;
    noMatchHelp?: string;
    example?: ReactNode;
  };
  filtered: boolean;
  /** The first action, for those who may. */
  offer?: { label: string; allowed: boolean; run: () => void };
  onClear: () => void;
}

/** A list with nothing in it: because of the filters, or because nothing is there yet. */
export function ListEmpty({ icon, words, filtered, offer, onClear }: ListEmptyProps) {
  if (filtered) return <NoMatch title={words.noMatch} help={words.noMatchHelp} onClear={onClear} />;
  return (
    <EmptyState
      icon={icon}
      title={words.emptyTitle}
      action={offer?.allowed ? offer : undefined}
      example={words.example}
    >
      <p>{words.empty}</p>
    </EmptyState>
  );
}

interface ErrorProps {
  error: unknown;
  retry?: () => void;
  /** Stands for the whole page, and so bears its heading. */
  page?: boolean;
}

/** A failed load: what happened and what to do about it. */
export function ErrorState({ error, retry, page }: ErrorProps) {
  const local = useInZone();
  const problem = asProblem(error);
  const title =
    problem.status === 0
      ? UI.unreachable
      : problem.status === 404
        ? UI.notFound
        : problem.status === 403
          ? UI.forbidden
          : problem.status < 500
            ? UI.notAnswered
            : UI.fault;
  return (
    <div className={page ? classes.empty : `${classes.empty} ${classes.framed}`} role="alert">
      <span className={classes.errorIcon}>
        <Icon name="alert" size={20} />
      </span>
      <Title order={page ? 1 : 2} className={classes.title}>
        {title}
      </Title>
      <div className={classes.words}>
        <p>{problem.status === 404 ? UI.notFoundHelp : sentence(local(problem.message))}</p>
        {problem.incident && (
          <p>
            {UI.incident}: <span className="mono">{problem.incident}</span>
          </p>
        )}
      </div>
      {retry && problem.status !== 404 && problem.status !== 403 && (
        <Button variant="default" onClick={retry}>
          {UI.retry}
        </Button>
      )}
    </div>
  );
}

/** A refused write, beside what was tried. */
export function ProblemNote({ error }: { error: unknown }) {
  const local = useInZone();
  if (!error) return null;
  const problem = asProblem(error);
  const stale = problem.status === 412;
  return (
    <div className={classes.note} role="alert">
      <Icon name="alert" />
      <div>
        <p>{stale ? UI.stale : sentence(local(problem.message))}</p>
        {problem.errors.length > 0 && (
          <ul>
            {problem.errors.map((each) => (
              <li key={each.pointer + each.detail}>{local(errorText(each))}</li>
            ))}
          </ul>
        )}
        {problem.incident && (
          <p className="small">
            {UI.incident}: <span className="mono">{problem.incident}</span>
          </p>
        )}
      </div>
    </div>
  );
}

export function RowsSkeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div
      role="status"
      aria-busy="true"
      aria-label={UI.loading}
      className={`${classes.rows} ${classes.framed}`}
    >
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={classes.row}>
          <Skeleton height={12} width="8%" />
          <Skeleton height={12} width={`${34 + ((index * 17) % 22)}%`} />
          <Skeleton height={12} width="10%" />
          <Skeleton height={12} width="12%" />
        </div>
      ))}
    </div>
  );
}

const ROW_PX = 36;

/** A large part of a page before it is there, at its final height. */
export function PartSkeleton({ height }: { height: number }) {
  return (
    <div className={classes.part} style={{ height }}>
      <RowsSkeleton rows={Math.ceil(height / ROW_PX)} />
    </div>
  );
}

/** A record page before its record: the head, the route, two columns. */
export function RecordSkeleton() {
  return (
    <div role="status" className={classes.record} aria-busy="true" aria-label={UI.loading}>
      <Skeleton height={28} width="46%" />
      <Skeleton height={26} />
      <Skeleton height={122} />
      <Skeleton height={38} />
      <div className={classes.two}>
        <PartSkeleton height={320} />
        <PartSkeleton height={240} />
      </div>
    </div>
  );
}
