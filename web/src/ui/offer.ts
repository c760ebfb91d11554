// A verb of a list, which carries no actions: offered to those whose roles give the permission,
// refused in words to the others. The server decides.
import { useCan } from '@/lib/session';
import type { ActionItem } from './actions';

export function useOffer(permission: string, label: string, run: () => void): ActionItem {
  return offer('new', { permission, allowed: useCan(permission) }, label, run);
}

interface Held {
  permission: string;
  allowed: boolean;
}

/** The same where it is known already whether the reader holds the permission. */
function offer(
  name: string,
  { permission, allowed }: Held,
  label: string,
  run: () => void,
): ActionItem {
  const detail = `This needs the permission ${permission}, which your roles do not give.`;
  const refusal = allowed ? undefined : { code: 'request.not_permitted', detail, errors: [] };
  return { name, label, allowed, refusal, run };
}
