// What is done to a change in its parts, not in its head: the palette leads to each of them.
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { verbs, type ActionItem } from '@/ui/actions';
import { PART } from '@/ui/record/partTexts';
import { LONGER, RECORD, REHEARSAL } from '@/ui/record/texts';
import type { Change } from './queries';
import { texts } from './texts';

export function useElsewhere(change: Change): ActionItem[] {
  const go = useGo();
  const at = (label: string, tab?: string) => ({
    label,
    run: () => go(paths.change(change.number, tab)),
  });
  return verbs(change.actions, {
    edit: {
      label: texts.edit,
      run: () => go(`${paths.change(change.number)}?edit=title`),
    },
    comment: at(RECORD.addComment, 'discussion'),
    add_task: at(RECORD.addTask, 'tasks'),
    edit_task: at(PART.tickTasks, 'tasks'),
    set_links: at(RECORD.addLink),
    settle_links: at(PART.tickTold),
    rehearse: at(REHEARSAL.add, 'plans'),
    grant_extension: at(PART.grant),
    refuse_extension: at(LONGER.refuseTitle),
  });
}
