// What a check found, and what a replay came to.
import type { Checked, Replay } from '../queries';
import { SET } from '../texts';
import classes from './policy.module.css';

type Finding = Checked['findings'][number];

interface FindingsProps {
  checked: Checked;
  /** Goes to where it stands in the text. */
  onOpen: (found: Finding) => void;
}

export function Findings({ checked, onOpen }: FindingsProps) {
  if (checked.findings.length === 0) {
    return <p role="status">{SET.sound(checked.changed.join(', '))}</p>;
  }
  return (
    <ul className={classes.findings} role="status">
      {checked.findings.map((found) => (
        <li key={`${found.file} ${found.line} ${found.column} ${found.detail}`}>
          <button type="button" className={classes.place} onClick={() => onOpen(found)}>
            {found.file} {found.line}:{found.column}
          </button>{' '}
          {found.detail}
          {found.suggestion && <strong> {SET.meant(found.suggestion)}</strong>}
        </li>
      ))}
    </ul>
  );
}

export function Replayed({ replay }: { replay: Replay }) {
  return (
    <div role="status">
      <p>{SET.replayed(replay.changes, replay.releases, replay.different)}</p>
      <ul className={classes.findings}>
        {replay.groups.map((group) => (
          <li key={`${group.kind} ${group.was.join()} ${group.would.join()}`}>
            <strong>
              {group.count} × {group.kind}
            </strong>
            : {group.was.join(', ') || SET.nobody} → {group.would.join(', ') || SET.nobody}
          </li>
        ))}
      </ul>
    </div>
  );
}
