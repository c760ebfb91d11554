// Conflicts as sentences, blockers first, for a dialog that asks before something goes ahead.
import { useInZone } from '@/lib/inZone';
import type { Schema } from '@/lib/schema';
import { sentence, wordOf } from '../texts';
import { blockersFirst } from './blockersFirst';
import classes from './record.module.css';

export function ConflictLines({ conflicts }: { conflicts: Schema<'Conflict'>[] }) {
  const local = useInZone();
  return (
    <ul className={classes.conflictLines}>
      {blockersFirst(conflicts).map((conflict) => (
        <li key={conflict.id ?? conflict.detail} data-severity={conflict.severity}>
          <strong>{wordOf(conflict.severity)}.</strong> {sentence(local(conflict.detail))}
        </li>
      ))}
    </ul>
  );
}
