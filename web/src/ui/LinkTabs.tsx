// Tabs with their own addresses: links, not state.
import { useContext, type KeyboardEvent } from 'react';
import { Link, Navigation } from './Link';
import { useCurrentInView } from './useCurrentInView';
import classes from './LinkTabs.module.css';

export interface LinkTab {
  key: string;
  label: string;
  to: string;
  /** A count, only where someone must act. */
  count?: number;
  /** What is counted only warns. */
  warns?: boolean;
}

export function LinkTabs(props: { label: string; tabs: LinkTab[]; current: string }) {
  const { tabs, current } = props;
  const navigate = useContext(Navigation);
  const row = useCurrentInView<HTMLElement>(current);
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = tabs.findIndex((tab) => tab.key === current);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    navigate(next.to);
    const links = event.currentTarget.querySelectorAll('a');
    links[tabs.indexOf(next)]?.focus();
  };
  return (
    <nav ref={row} className={classes.tabs} aria-label={props.label} onKeyDown={move}>
      {tabs.map((tab) => (
        <Link
          key={tab.key}
          to={tab.to}
          className={classes.tab}
          aria-current={tab.key === current ? 'page' : undefined}
        >
          {tab.label}
          {tab.count ? (
            <span className={classes.count} data-warns={tab.warns || undefined}>
              {tab.count}
            </span>
          ) : null}
        </Link>
      ))}
    </nav>
  );
}
