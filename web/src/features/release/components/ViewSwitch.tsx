// List or board: two addresses of the same releases.
import { paths } from '@/app/paths';
import { Icon } from '@/ui/icons';
import { Link } from '@/ui/Link';
import { RELEASE } from '../texts';
import classes from './ViewSwitch.module.css';

export function ViewSwitch({ view }: { view: 'list' | 'board' }) {
  return (
    <nav className={classes.switch} aria-label="View">
      <Link
        to={paths.releases}
        className={classes.item}
        aria-current={view === 'list' ? 'page' : undefined}
      >
        <Icon name="list" /> {RELEASE.asList}
      </Link>
      <Link
        to={paths.releaseBoard}
        className={classes.item}
        aria-current={view === 'board' ? 'page' : undefined}
      >
        <Icon name="board" /> {RELEASE.board}
      </Link>
    </nav>
  );
}
