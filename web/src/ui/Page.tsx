// The frame of a page: where one is, what it is called, its one verb; then sections.
import { useEffect, type ReactNode } from 'react';
import type { ActionItem } from './actions';
import { Actions } from './Actions';
import { Link } from './Link';
import { useOffering } from './offered';
import classes from './Page.module.css';

interface PageProps {
  title: string;
  /** A record's number, in monospace before the title. */
  number?: string;
  /** The way back: a list the record belongs to. */
  back?: { to: string; label: string };
  /** State pills and the like, after the title. */
  badges?: ReactNode;
  /** One quiet line under the title. */
  meta?: ReactNode;
  primary?: ActionItem;
  others?: ActionItem[];
  /** What else can be done to the record: the palette offers it, the head does not. */
  elsewhere?: ActionItem[];
  /** Other controls beside the verbs, such as a switch of views. */
  tools?: ReactNode;
  /** Uses the whole width; for boards, calendars and wide tables. */
  wide?: boolean;
  /** No wider than a form needs. */
  narrow?: boolean;
  children: ReactNode;
}

export function Page({ title, number, wide, narrow, children, ...head }: PageProps) {
  const name = number ? `${number} ${title}` : title;
  useEffect(() => {
    document.title = `${name} · Interlock`;
  }, [name]);
  const { primary, others = [], elsewhere } = head;
  useOffering(number, primary ? [primary, ...others] : others, elsewhere);
  return (
    <div className={classes.page} data-wide={wide || undefined} data-narrow={narrow || undefined}>
      <header className={classes.head}>
        <div className={classes.words}>
          {head.back && (
            <Link to={head.back.to} quiet className={classes.back}>
              {head.back.label}
            </Link>
          )}
          <h1 className={classes.title}>
            {number && <span className={classes.number}>{number}</span>} {title}
            {head.badges && <span className={classes.badges}> {head.badges}</span>}
          </h1>
          {head.meta && <div className={classes.meta}>{head.meta}</div>}
        </div>
        <div className={classes.tools}>
          {head.tools}
          {(head.primary || head.others) && <Actions primary={head.primary} others={head.others} />}
        </div>
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  title?: string;
  /** What stands right of the title: a count, a button. */
  aside?: ReactNode;
  /** Without the frame. */
  plain?: boolean;
  /** Without inner padding; for tables. */
  flush?: boolean;
  children: ReactNode;
}

export function Section({ title, aside, plain, flush, children }: SectionProps) {
  return (
    <section className={plain ? classes.plain : classes.section} aria-label={title}>
      {(title || aside) && (
        <div className={classes.sectionHead}>
          {title && <h2 className={classes.sectionTitle}>{title}</h2>}
          {aside && <div className={classes.aside}>{aside}</div>}
        </div>
      )}
      <div className={plain || flush ? undefined : classes.body}>{children}</div>
    </section>
  );
}

/** Two columns: the matter, and what is known about it; one on a phone. */
export function Columns({ main, side }: { main: ReactNode; side: ReactNode }) {
  return (
    <div className={classes.columns}>
      <div className={classes.stack}>{main}</div>
      <div className={classes.stack}>{side}</div>
    </div>
  );
}

export function Stack({ children }: { children: ReactNode }) {
  return <div className={classes.stack}>{children}</div>;
}

/** Facts by name: the small print of a record. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === undefined || value === null || value === '' ? '–' : value}</dd>
        </div>
      ))}
    </dl>
  );
}
