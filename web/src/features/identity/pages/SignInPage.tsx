// Signs a person in; a demonstration offers its people as cards.
import { Button, PasswordInput, Skeleton, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import { paths } from '@/app/paths';
import { useAddress, useGo } from '@/lib/address';
import { get, send } from '@/lib/client';
import { asProblem, type Problem } from '@/lib/problem';
import type { Me, Schema } from '@/lib/schema';
import { LampMark } from '@/ui/LampMark';
import { ErrorState, ProblemNote } from '@/ui/States';
import { SIGN_IN } from '../signInTexts';
import classes from '../components/SignIn.module.css';

export default function SignInPage() {
  const about = useQuery({
    queryKey: ['/about'],
    queryFn: ({ signal }) => get<Schema<'About'>>('/about', {}, signal),
  });
  const sign = useSignIn();
  useEffect(() => {
    document.title = `${SIGN_IN.title} · Interlock`;
  }, []);
  return (
    <main className={classes.page}>
      <div className={classes.panel}>
        <header className={classes.head}>
          <img src="/mark.svg" alt="" width={40} height={40} />
          <h1>Interlock</h1>
          <p className={classes.claim}>
            <LampMark state="clear" size={14} />
            {SIGN_IN.claim}
          </p>
        </header>
        {about.error && <ErrorState error={about.error} retry={() => void about.refetch()} />}
        {about.isPending && <Skeleton height={220} />}
        {about.data && (
          <>
            {about.data.empty && (
              <p className={classes.empty}>
                {SIGN_IN.empty}
                <code>{SIGN_IN.emptyCommand}</code>
              </p>
            )}
            <ProblemNote error={sign.problem} />
            <Credentials busy={sign.busy} onSign={sign.run} />
            {about.data.demonstration && (
              <Demonstration hints={about.data.demonstration} sign={sign} />
            )}
            <p className={classes.version}>
              {about.data.product} {about.data.version}
            </p>
          </>
        )}
      </div>
    </main>
  );
}

interface SignInState {
  busy: boolean;
  problem?: Problem;
  run: (login: string, password: string) => void;
}

function useSignIn(): SignInState {
  const queries = useQueryClient();
  const go = useGo();
  const [address] = useAddress();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const run = async (login: string, password: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const me = await send<Me>('POST', '/session', { login, password });
      queries.clear();
      queries.setQueryData(['/session'], me);
      go(ownAddress(address.to), true);
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return { busy, problem, run: (login, password) => void run(login, password) };
}

/** Only an address of this application is followed: `//elsewhere` is not one. */
export function ownAddress(to: string | undefined): string {
  return to && /^\/(?![/\\])/.test(to) ? to : paths.home;
}

function Credentials(props: { busy: boolean; onSign: SignInState['run'] }) {
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const complete = login.trim() !== '' && password !== '';
    setMissing(!complete);
    if (complete) props.onSign(login.trim(), password);
  };
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <TextInput
        label={SIGN_IN.login}
        autoComplete="username"
        autoFocus
        maxLength={200}
        value={login}
        onChange={(event) => setLogin(event.currentTarget.value)}
      />
      <PasswordInput
        label={SIGN_IN.password}
        autoComplete="current-password"
        maxLength={200}
        error={missing ? SIGN_IN.missing : undefined}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" fullWidth loading={props.busy}>
        {SIGN_IN.submit}
      </Button>
    </form>
  );
}

function Demonstration(props: { hints: Schema<'SignInHint'>[]; sign: SignInState }) {
  const { hints, sign } = props;
  return (
    <section className={classes.demo} aria-label={SIGN_IN.demonstration}>
      <h2>{SIGN_IN.demonstration}</h2>
      <p>{SIGN_IN.demonstrationHelp}</p>
      <ul>
        {hints.map((hint) => (
          <li key={hint.login}>
            <button
              type="button"
              disabled={sign.busy}
              onClick={() => sign.run(hint.login, hint.password)}
            >
              <strong>{hint.name}</strong>
              <span>{hint.title}</span>
              <span className={classes.credentials}>
                {hint.login} · {hint.password}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
