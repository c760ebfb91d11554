// What an auditor takes from a release: its part of the log, and its evidence to read or to check.
import { paths } from '@/app/paths';
import { InLog } from '@/ui/InLog';
import { Link } from '@/ui/Link';
import { RELEASE } from '../texts';
import classes from './release.module.css';

export function Evidence({ number }: { number: string }) {
  const name = encodeURIComponent(number);
  const pack = `/api/v1/releases/${name}/evidence`;
  return (
    <span className={classes.evidence}>
      <InLog to={paths.inLog(number)} />
      <Link to={`${pack}?format=html`} target="_blank" rel="noopener">
        {RELEASE.evidencePage}
      </Link>
      <Link to={pack} target="_self" download={`${number}-evidence.json`} title={RELEASE.packHelp}>
        {RELEASE.evidencePack}
      </Link>
    </span>
  );
}
