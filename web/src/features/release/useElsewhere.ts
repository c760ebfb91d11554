// What is done to a release in its parts, not in its head: the palette leads to each of them.
import { paths } from '@/app/paths';
import { useGo } from '@/lib/address';
import { verbs, type ActionItem } from '@/ui/actions';
import { PART } from '@/ui/record/partTexts';
import { LONGER, RECORD, REHEARSAL, UPDATE } from '@/ui/record/texts';
import type { Release } from './queries';
import { STATEMENT } from './texts';

export function useElsewhere(release: Release): ActionItem[] {
  const go = useGo();
  const at = (label: string, tab?: string) => ({
    label,
    run: () => go(paths.release(release.number, tab)),
  });
  return verbs(release.actions, {
    state_scope: at(PART.stateScope, 'scope'),
    name_scope_owner: at(STATEMENT.ownerTitle, 'scope'),
    sign_off: at(PART.signOff, 'scope'),
    freeze: at(STATEMENT.freeze, 'scope'),
    unfreeze: at(STATEMENT.unfreeze, 'scope'),
    depend: at(STATEMENT.setOrder, 'scope'),
    set_plan: at(PART.plan, 'plan'),
    rehearse: at(REHEARSAL.add, 'plan'),
    plan_updates: at(UPDATE.set, 'plan'),
    ask_window: at(PART.askWindow),
    answer_window: at(PART.answerWindow),
    take_window: at(PART.takeWindow),
    step: at(PART.step, 'run'),
    step_back: at(PART.stepBack, 'run'),
    send_update: at(UPDATE.send, 'run'),
    comment: at(RECORD.addComment, 'talk'),
    add_task: at(RECORD.addTask, 'talk'),
    edit_task: at(PART.tickTasks, 'talk'),
    set_links: at(RECORD.addLink, 'talk'),
    settle_links: at(PART.tickTold, 'talk'),
    grant_extension: at(PART.grant),
    refuse_extension: at(LONGER.refuseTitle),
  });
}
