// How long it takes either way, against the window.
import { minutes, span } from '@/lib/dates';
import { WindowClock } from '@/ui/record/WindowClock';
import { Time, useNow } from '@/ui/Time';
import type { CarriedOut, Run } from '../queries';
import { RUN } from '../texts';
import classes from './run.module.css';

export function RunFigures({ carried, run }: { carried: CarriedOut; run: Run }) {
  const now = useNow(10_000);
  const fits = run.rollback_fits_until;
  const spare = fits ? Date.parse(fits) - now.getTime() : 0;
  const point = run.minutes_to_point_of_no_return;
  return (
    <div className={classes.figures}>
      <div className={classes.figure}>
        <span className={classes.figureName}>{RUN.clock}</span>
        <WindowClock window={carried.window} over={carried.deployment.finished_at ?? undefined} />
      </div>
      <Figure name={RUN.forward} value={minutes(run.minutes_forward)}>
        {RUN.forwardHelp}
      </Figure>
      <Figure name={RUN.back} value={minutes(run.minutes_back)}>
        {RUN.backHelp}
      </Figure>
      {fits && (
        <Figure name={RUN.fits} late={spare < 0} value={spare < 0 ? RUN.fitsNot : span(spare)}>
          <Time at={fits} show="full" />
        </Figure>
      )}
      <Figure
        name={RUN.noReturn}
        value={typeof point === 'number' ? RUN.noReturnIn(minutes(point)) : RUN.noReturnNone}
      />
    </div>
  );
}

interface FigureProps {
  name: string;
  value: string;
  late?: boolean;
  children?: React.ReactNode;
}

function Figure({ name, value, late, children }: FigureProps) {
  return (
    <div className={classes.figure} data-late={late || undefined}>
      <span className={classes.figureName}>{name}</span>
      <span className={classes.figureValue}>{value}</span>
      {children && <span className="soft">{children}</span>}
    </div>
  );
}
