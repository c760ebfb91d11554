// Who reads this page. The permissions are for offering things; the server decides.
import { createContext, useContext, type ReactNode } from 'react';
import { browserZone, isZone } from './dates';
import type { Me } from './schema';

const MeContext = createContext<Me | undefined>(undefined);

export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>;
}

export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error('a page is shown without a session');
  return me;
}

/** Whether the reader holds a permission: for what to offer, never for what to allow. */
export function useCan(permission: string): boolean {
  return useContext(MeContext)?.permissions.includes(permission) ?? false;
}

/** The reader's zone: the one of their account, else the browser's. */
export function useZone(): string {
  const me = useContext(MeContext);
  return me?.zone && isZone(me.zone) ? me.zone : browserZone();
}
