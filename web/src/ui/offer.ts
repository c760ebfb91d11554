// A verb of a list, which carries no actions: offered to those whose roles give the permission,
// refused in words to the others. The server decides.
import { useCan } from '@/lib/session';
import type { ActionItem } from './actions';

export function useOffer(permission: string, label: string, run: () => void): ActionItem {
  const allowed = useCan(permission);
  const detail = `This needs the permission ${permission}, which your roles do not give.`;
  const refusal = allowed ? undefined : { code: 'request.not_permitted', detail, errors: [] };
  return { name: 'new', label, allowed, refusal, run };
}
