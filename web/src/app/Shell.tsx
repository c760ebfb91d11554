// What stands around every page: side bar, top bar, the bottom bar of a phone, keys, palette.
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { Suspense, useEffect, useState, type ReactNode } from 'react';
import { useGo } from '@/lib/address';
import { get, queryText } from '@/lib/client';
import { useKeys } from '@/lib/keys';
import { listen, LiveContext, type LiveState } from '@/lib/live';
import { asProblem } from '@/lib/problem';
import type { Me } from '@/lib/schema';
import { MeProvider } from '@/lib/session';
import { KeyHelp } from '@/ui/KeyHelp';
import { ErrorState, RecordSkeleton } from '@/ui/States';
import { BottomBar } from './BottomBar';
import { NAVIGATION } from './navigation';
import { Palette } from './Palette';
import { paths } from './paths';
import { SESSION } from './queries';
import { SideBar } from './SideBar';
import { SHELL } from './texts';
import { TopBar } from './TopBar';
import { useWaitingApprovals } from './waiting';
import classes from './Shell.module.css';

export function Shell() {
  return <SignedIn>{(me) => <Inside me={me} />}</SignedIn>;
}

/** A page without bars around it, for one that must be read at once; it listens to nothing. */
export function Bare() {
  return (
    <SignedIn>
      {(me) => (
        <MeProvider me={me}>
          <main id="page" className={classes.main}>
            <Suspense fallback={<RecordSkeleton />}>
              <Outlet />
            </Suspense>
          </main>
        </MeProvider>
      )}
    </SignedIn>
  );
}

function SignedIn({ children }: { children: (me: Me) => ReactNode }) {
  const { pathname, searchStr } = useLocation();
  const go = useGo();
  const session = useQuery({
    queryKey: SESSION,
    staleTime: 60_000,
    queryFn: ({ signal }) => get<Me>('/session', {}, signal),
  });
  const lost = session.error !== null && asProblem(session.error).status === 401;
  useEffect(() => {
    // While the sign-in page loads, this one is still on screen under the new address.
    if (!lost || pathname === paths.signIn) return;
    const to = pathname + searchStr;
    go(paths.signIn + queryText({ to: to === '/' ? '' : to }), true);
  }, [lost, pathname, searchStr, go]);

  if (session.data) return children(session.data);
  if (session.error && !lost) {
    return <ErrorState page error={session.error} retry={() => void session.refetch()} />;
  }
  return <div className={classes.blank} aria-busy="true" />;
}

function Inside({ me }: { me: Me }) {
  const { pathname } = useLocation();
  const go = useGo();
  const [narrow, setNarrow] = useLocalStorage({ key: 'side-bar-narrow', defaultValue: false });
  const [keysShown, keys] = useDisclosure();
  const [paletteShown, palette] = useDisclosure();
  const waiting = useWaitingApprovals().data?.length ?? 0;
  const live = useLive();

  useKeys('Everywhere', [
    { keys: '?', label: 'Show the keys', run: keys.open },
    { keys: '/', label: 'Search and commands (also Ctrl K)', run: palette.open },
    { keys: '[', label: 'Narrow or widen the side bar', run: () => setNarrow(!narrow) },
    { keys: 'n c', label: 'New change', run: () => go(paths.newChange) },
    { keys: 'n r', label: 'New release', run: () => go(paths.newRelease) },
    { keys: 'n i', label: 'New incident', run: () => go(paths.newIncident) },
  ]);
  useKeys(
    SHELL.goTo,
    NAVIGATION.flat().map((item) => ({
      keys: `g ${item.key}`,
      label: item.label,
      run: () => go(item.to),
    })),
  );
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      palette.open();
    };
    document.addEventListener('keydown', open);
    return () => document.removeEventListener('keydown', open);
  }, [palette]);

  return (
    <MeProvider me={me}>
      <a className={classes.skip} href="#page">
        {SHELL.skip}
      </a>
      <div className={classes.shell} data-narrow={narrow || undefined}>
        <SideBar
          path={pathname}
          waiting={waiting}
          narrow={narrow}
          onNarrow={() => setNarrow(!narrow)}
        />
        <div className={classes.right}>
          <LiveContext value={live}>
            <TopBar me={me} live={live} onPalette={palette.open} onKeys={keys.open} />
            <main id="page" tabIndex={-1} className={classes.main}>
              <Suspense fallback={<RecordSkeleton />}>
                <Outlet />
              </Suspense>
            </main>
          </LiveContext>
        </div>
        <BottomBar path={pathname} waiting={waiting} />
      </div>
      {keysShown && <KeyHelp onClose={keys.close} />}
      {paletteShown && <Palette onClose={palette.close} />}
    </MeProvider>
  );
}

/** Hears what moves elsewhere, for as long as someone is signed in. */
function useLive(): LiveState {
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => listen(queries, setState), [queries]);
  return state;
}

export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  return <ErrorState page error={error} retry={reset} />;
}
