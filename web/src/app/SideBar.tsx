// The side bar: pages in the order of the work, counts only where someone must act.
import { ActionIcon, Tooltip } from '@mantine/core';
import { Icon } from '@/ui/icons';
import { Link } from '@/ui/Link';
import { isHere, NAVIGATION, type NavItem } from './navigation';
import { paths } from './paths';
import { SHELL } from './texts';
import classes from './SideBar.module.css';

interface Props {
  path: string;
  waiting: number;
  narrow: boolean;
  onNarrow: () => void;
}

export function SideBar({ path, waiting, narrow, onNarrow }: Props) {
  const turn = narrow ? SHELL.expand : SHELL.collapse;
  return (
    <aside className={classes.bar} data-narrow={narrow || undefined}>
      <div className={classes.head}>
        <Link to={paths.home} className={classes.brand} aria-label={SHELL.product}>
          <img src="/mark.svg" alt="" width={22} height={22} />
          {!narrow && <span>{SHELL.product}</span>}
        </Link>
      </div>
      <nav aria-label={SHELL.nav} className={classes.nav}>
        {NAVIGATION.map((group) => (
          <ul key={group[0]?.to} className={classes.group}>
            {group.map((item) => (
              <li key={item.label}>
                <Entry item={item} path={path} waiting={waiting} narrow={narrow} />
              </li>
            ))}
          </ul>
        ))}
      </nav>
      <Tooltip label={`${turn} ([)`} position="right">
        <ActionIcon className={classes.turn} aria-label={turn} onClick={onNarrow}>
          <Icon name="sidebar" />
        </ActionIcon>
      </Tooltip>
    </aside>
  );
}

function Entry(props: { item: NavItem; path: string; waiting: number; narrow: boolean }) {
  const { item, path, narrow } = props;
  const here = isHere(item, path);
  const count = item.count ? props.waiting : 0;
  const link = (
    <Link
      to={item.to}
      className={classes.link}
      data-here={here || undefined}
      aria-current={here && (!item.children || item.to === path) ? 'page' : undefined}
    >
      <Icon name={item.icon} />
      <span className={narrow ? 'visually-hidden' : classes.label}>{item.label}</span>
      {count > 0 && (
        <span className={classes.count}>
          {count}
          <span className="visually-hidden"> waiting for you</span>
        </span>
      )}
    </Link>
  );
  return (
    <>
      {narrow ? (
        <Tooltip label={item.label} position="right">
          {link}
        </Tooltip>
      ) : (
        link
      )}
      {here && !narrow && item.children && (
        <ul className={classes.children}>
          {item.children.map((child) => (
            <li key={child.to}>
              <Link
                to={child.to}
                className={classes.child}
                aria-current={child.to === path ? 'page' : undefined}
              >
                {child.label}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
