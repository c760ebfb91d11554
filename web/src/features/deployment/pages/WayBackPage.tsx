// The page for three in the morning: what happens now, what must be known first, the one decision,
// and the way back step by step. It reads anew by itself and says how old it is; it needs no line.
import { useEffect } from 'react';
import { paths } from '@/app/paths';
import { useParam } from '@/lib/address';
import { clock, minutes, span } from '@/lib/dates';
import { useZone } from '@/lib/session';
import { Link } from '@/ui/Link';
import { Prose } from '@/ui/Prose';
import { Known } from '@/ui/record/Known';
import { freshness } from '@/ui/record/Rehearsals';
import { RollbackLimits } from '@/ui/record/RollbackSteps';
import { useCarriedOut } from '@/ui/record/useCarriedOut';
import { ErrorState, RecordSkeleton } from '@/ui/States';
import { sentence } from '@/ui/texts';
import { useNow } from '@/ui/Time';
import { Age } from '../components/Age';
import { ByHand } from '../components/ByHand';
import { OfRun } from '../components/OfRun';
import { Stands } from '../components/RollbackDialog';
import classes from '../components/night.module.css';
import { legNow } from '../looks';
import { useRelease, type CarriedOut } from '../queries';
import { NIGHT, RUN } from '../texts';

const POLL_MS = 10_000;

export default function WayBackPage() {
  const id = useParam('id');
  const carried = useCarriedOut(id, { everyMs: POLL_MS });
  const release = useRelease(id, POLL_MS);
  useEffect(() => {
    document.title = `${NIGHT.title(id)} · Interlock`;
  }, [id]);
  const readAnew = () => {
    void carried.refetch();
    void release.refetch();
  };
  if (!carried.data) {
    return carried.error ? (
      <ErrorState page error={carried.error} retry={readAnew} />
    ) : (
      <RecordSkeleton />
    );
  }
  const { data } = carried;
  const number = data.release.number ?? data.release.id;
  return (
    <div className={classes.page}>
      <header>
        <h1>{NIGHT.title(number)}</h1>
        <p>{data.release.name}</p>
      </header>
      <Age
        at={carried.dataUpdatedAt}
        failed={carried.isRefetchError}
        busy={carried.isFetching}
        onReload={readAnew}
      />
      <Now carried={data} />
      <Limits carried={data} />
      {data.run ? (
        <OfRun carried={data} run={data.run} />
      ) : (
        <ByHand carried={data} release={release.data} />
      )}
      <Known record={number} />
      <nav className={classes.ways} aria-label={NIGHT.toRelease}>
        {data.run && <Link to={paths.deployment(number)}>{NIGHT.toRun}</Link>}
        <Link to={paths.release(number, 'run')}>{NIGHT.toRelease}</Link>
      </nav>
    </div>
  );
}

function Now({ carried }: { carried: CarriedOut }) {
  const { deployment, run } = carried;
  const state = run?.phase ?? deployment.state;
  const why = deployment.rollback?.reason;
  return (
    <section className={classes.part} aria-label={NIGHT.now}>
      <h2>{NIGHT.now}</h2>
      <p className={classes.now}>
        {NIGHT.state[state] ?? sentence(state)} {run?.paused && sentence(RUN.paused)}
      </p>
      {run ? <InFlight run={run} /> : <p>{NIGHT.byHand}</p>}
      {why && <Prose text={NIGHT.because(why)} />}
      <Figures carried={carried} />
    </section>
  );
}

function InFlight({ run }: { run: NonNullable<CarriedOut['run']> }) {
  const named = (states: string[]) =>
    run.steps
      .filter((step) => states.includes(legNow(step).state))
      .map((step) => step.key)
      .join(', ');
  const running = named(['running', 'uncertain', 'retrying']);
  const failed = named(['failed']);
  return (
    <>
      <p>{running ? NIGHT.running(running) : NIGHT.runningNothing}</p>
      {failed && <p>{NIGHT.failedSteps(failed)}</p>}
    </>
  );
}

/** How long it takes, until when it fits, and what is left of the window. */
function Figures({ carried }: { carried: CarriedOut }) {
  const now = useNow(5_000).getTime();
  const zone = useZone();
  const { run, window, rollback_plan: plan } = carried;
  const fits = run ? run.rollback_fits_until : plan.latest_start;
  const left = window ? Date.parse(window.end) - now : undefined;
  return (
    <dl className={classes.figures}>
      <div>
        <dt>{NIGHT.takes}</dt>
        <dd>{minutes(run ? run.minutes_back : plan.minutes)}</dd>
      </div>
      {fits && (
        <div data-late={Date.parse(fits) < now || undefined}>
          <dt>{NIGHT.fits}</dt>
          <dd>{clock(fits, zone)}</dd>
        </div>
      )}
      {left !== undefined && (
        <div data-late={left < 0 || undefined}>
          <dt>{left < 0 ? NIGHT.over : NIGHT.left}</dt>
          <dd>{span(left)}</dd>
        </div>
      )}
    </dl>
  );
}

/** What cannot be undone and what is known of the services, before anything is decided. */
function Limits({ carried }: { carried: CarriedOut }) {
  const { run, rollback_plan: plan } = carried;
  const stands = run?.stands.length ? run.stands : (run?.way_back.stands ?? []);
  const none =
    plan.known_limits.length +
      plan.cannot_be_undone.length +
      plan.missing.length +
      stands.length ===
    0;
  return (
    <section className={classes.part} aria-label={NIGHT.limits}>
      <h2>{NIGHT.limits}</h2>
      <p>{freshness(carried.rehearsals.days)}</p>
      {none && <p>{NIGHT.nothingKnown}</p>}
      <RollbackLimits plan={plan} />
      <Stands stands={stands} />
    </section>
  );
}
