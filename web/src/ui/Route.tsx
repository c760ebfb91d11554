// The route: a row of lamps from here to done. Shape and word carry the meaning, colour helps.
import { Button } from '@mantine/core';
import { useId, useState, type KeyboardEvent } from 'react';
import { inZone } from '@/lib/inZone';
import type { FieldError, Lamp } from '@/lib/schema';
import { useZone } from '@/lib/session';
import type { ActionItem } from './actions';
import { LampMark } from './LampMark';
import { Link } from './Link';
import { LAMP_NAMES, LAMP_STATES, PLACES, sentence, UI, wordOf } from './texts';
import { errorText } from './errorText';
import { useCurrentInView } from './useCurrentInView';
import classes from './Route.module.css';

export interface MissingField {
  label: string;
  to: string;
}

interface RouteProps {
  lamps: Lamp[];
  /** Verbs of the record, so that the lamp can offer the one that mends it. */
  actions?: ActionItem[];
  /** Where more stands about a lamp: the tab of the record. */
  places?: Record<string, string>;
  /** How a missing field is called in the form, and where it is filled in. */
  field?: (error: FieldError) => MissingField | undefined;
  /** Names the row for screen readers, such as "Route of REL-17". */
  label: string;
}

export function Route({ lamps, actions = [], places = {}, field, label }: RouteProps) {
  const zone = useZone();
  const firstBlocked = lamps.findIndex((lamp) => lamp.state === 'stop');
  const firstWaiting = lamps.findIndex((lamp) => lamp.state === 'waiting');
  const start = firstBlocked >= 0 ? firstBlocked : firstWaiting;
  const first = lamps[start]?.name ?? null;
  // What was selected is kept beside the lamp it was selected over: once that one is mended, the
  // next one at stop speaks.
  const [picked, setPicked] = useState({ over: first, name: first });
  const chosen = picked.over === first ? picked.name : first;
  const setChosen = (name: string | null) => setPicked({ over: first, name });
  const id = useId();
  const row = useCurrentInView<HTMLDivElement>(chosen ?? '');
  const lamp = lamps.find((each) => each.name === chosen);
  const place = lamp ? places[lamp.name] : undefined;
  const mend = lamp?.action ? actions.find((action) => action.name === lamp.action) : undefined;

  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = lamps.findIndex((each) => each.name === chosen);
    const next = lamps[(at + step + lamps.length) % lamps.length];
    if (!next) return;
    setChosen(next.name);
    document.getElementById(`${id}-${next.name}`)?.focus();
  };

  return (
    <section className={classes.route} aria-label={label}>
      <div ref={row} className={classes.row} role="group" aria-label={label} onKeyDown={move}>
        {lamps.map((each) => (
          <button
            key={each.name}
            id={`${id}-${each.name}`}
            type="button"
            className={classes.lamp}
            data-state={each.state}
            data-current={each.name === chosen || undefined}
            aria-expanded={each.name === chosen}
            aria-controls={`${id}-reason`}
            onClick={() => setChosen(each.name === chosen ? null : each.name)}
          >
            <LampMark state={each.state} />
            <span className={classes.name}>{LAMP_NAMES[each.name] ?? wordOf(each.name)}</span>
            <span className="visually-hidden">: {LAMP_STATES[each.state]}</span>
          </button>
        ))}
      </div>
      <div id={`${id}-reason`} className={classes.reason} aria-live="polite">
        {lamp && (
          <>
            <LampMark state={lamp.state} size={14} />
            <p className={classes.detail}>
              <strong data-state={lamp.state}>
                {LAMP_NAMES[lamp.name] ?? wordOf(lamp.name)}, {LAMP_STATES[lamp.state]}.
              </strong>{' '}
              {lamp.missing && field ? (
                <Missing missing={lamp.missing} field={field} />
              ) : (
                sentence(inZone(lamp.detail, zone))
              )}
              {!mend?.allowed && place && (
                <Link to={place} className={classes.place}>
                  {UI.showPlace(PLACES[lamp.name] ?? LAMP_NAMES[lamp.name] ?? lamp.name)}
                </Link>
              )}
            </p>
            {mend?.allowed && (
              <Button size="compact-sm" variant="default" onClick={mend.run}>
                {mend.label}
              </Button>
            )}
          </>
        )}
      </div>
    </section>
  );
}

/** What is missing in the words of the form, each leading to its field. */
function Missing(props: {
  missing: FieldError[];
  field: (error: FieldError) => MissingField | undefined;
}) {
  return (
    <>
      {UI.missing}{' '}
      {props.missing.map((each, index) => {
        const found = props.field(each);
        return (
          <span key={each.pointer + each.detail}>
            {index > 0 && ', '}
            {found ? <Link to={found.to}>{found.label}</Link> : errorText(each)}
          </span>
        );
      })}
    </>
  );
}
