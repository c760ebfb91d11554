// The readiness board: what the date depends on, who must act, and each way out with its effect.
import { useState } from 'react';
import { inZone, useInZone } from '@/lib/inZone';
import type { Schema } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { ActionButton } from '@/ui/Actions';
import { Dialog } from '@/ui/Dialog';
import { LampMark } from '@/ui/LampMark';
import { Section } from '@/ui/Page';
import { useOffer } from '@/ui/offer';
import { RefLink } from '@/ui/RefLink';
import { AskException, useAskOffer, type Wanted } from '@/ui/record/AskException';
import { ErrorState, RowsSkeleton } from '@/ui/States';
import { LAMP_STATES, sentence, wordOf } from '@/ui/texts';
import { WindowTime } from '@/ui/Time';
import { releasePath, useReadiness, type Release } from '../queries';
import { READINESS } from '../texts';
import classes from './readiness.module.css';

type Item = Schema<'ReadinessItem'>;
type Way = Schema<'WayOut'>;

export function ReadinessTab({ release }: { release: Release }) {
  const board = useReadiness(release.number);
  const [way, setWay] = useState<Way>();
  const [wanted, setWanted] = useState<Wanted>();
  if (board.error) {
    return <ErrorState error={board.error} retry={() => void board.refetch()} />;
  }
  if (!board.data) return <RowsSkeleton />;
  const { blocked, waiting, items } = board.data;
  const take = (item: Item, chosen: Way) => {
    const offer = chosen.exception;
    if (!offer) return setWay(chosen);
    const name = item.record?.number ?? item.record?.name ?? offer.with;
    setWanted({ rule: offer.rule, subject: offer.subject, with: { id: offer.with, name } });
  };
  return (
    <Section title={READINESS.title(blocked, waiting)} flush>
      <ul className={classes.list}>
        {items.map((item, index) => (
          <li key={index} className={classes.item} data-state={item.state}>
            <ItemRow item={item} onTake={(chosen) => take(item, chosen)} />
          </li>
        ))}
      </ul>
      {way && <TakeWay release={release} way={way} onClose={() => setWay(undefined)} />}
      {wanted && <AskException wanted={wanted} onClose={() => setWanted(undefined)} />}
    </Section>
  );
}

function ItemRow({ item, onTake }: { item: Item; onTake: (way: Way) => void }) {
  const zone = useZone();
  return (
    <>
      <LampMark state={item.state} />
      <div className={classes.words}>
        <p className={classes.head}>
          <span className="visually-hidden">{LAMP_STATES[item.state]}: </span>
          <strong>{READINESS.kind[item.kind] ?? wordOf(item.kind)}</strong>
          {item.record && <RefLink record={item.record} />}
        </p>
        <p className={classes.detail}>{sentence(inZone(item.detail, zone))}</p>
        {item.who.length > 0 && (
          <p className={classes.who}>
            {READINESS.who} {item.who.join(', ')}
          </p>
        )}
        {item.ways.length > 0 && (
          <ul className={classes.ways} aria-label={READINESS.ways}>
            {item.ways.map((way) => (
              <li key={way.kind + (way.change?.id ?? '')} className={classes.way}>
                <WayButton way={way} onTake={() => onTake(way)} />
                <Effect way={way} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
}

function WayButton({ way, onTake }: { way: Way; onTake: () => void }) {
  const ask = useAskOffer('release', onTake);
  const word = READINESS.way[way.kind] ?? way.kind;
  const label = way.change ? `${word} ${way.change.number ?? ''}` : word;
  const write = useOffer('release.write', label, onTake);
  const offer = way.exception ? { ...ask, label } : write;
  const refusal = way.effect.refusal ?? offer.refusal;
  const item = { ...offer, allowed: offer.allowed && !way.effect.refusal, refusal };
  return <ActionButton size="compact-sm" item={item} />;
}

/** What a way out would do, in one line. */
function Effect({ way }: { way: Way }) {
  const local = useInZone();
  const { effect } = way;
  if (effect.refusal) return <span className="soft">{sentence(local(effect.refusal.detail))}</span>;
  const parts = [
    READINESS.wouldBlock(effect.blocked),
    effect.rollback_minutes !== effect.rollback_minutes_now &&
      READINESS.rollback(effect.rollback_minutes_now, effect.rollback_minutes),
    effect.tier !== effect.tier_now && READINESS.risk(wordOf(effect.tier_now), wordOf(effect.tier)),
    READINESS.votes(effect.votes_voided),
    effect.dependants.length > 0 && READINESS.rest(effect.dependants.map(nameOf).join(', ')),
    effect.slips.length > 0 &&
      READINESS.slip(effect.slips.map((slip) => nameOf(slip.release)).join(', ')),
  ];
  return (
    <span className={classes.effect}>
      {way.window && (
        <>
          <WindowTime window={way.window} />
          {' · '}
        </>
      )}
      {parts.filter(Boolean).join(' · ')}
    </span>
  );
}

function nameOf(record: { number?: string | null; name: string }): string {
  return record.number ?? record.name;
}

function TakeWay(props: { release: Release; way: Way; onClose: () => void }) {
  const { release, way, onClose } = props;
  const local = useInZone();
  const write = useWrite(onClose);
  const path = releasePath(release.number);
  const { version } = release;
  const submit = () => {
    if (way.change) {
      const change = way.change.number ?? way.change.id;
      write.mutate({ method: 'DELETE', path: `${path}/changes/${change}`, version });
    } else if (release.phase === 'approval' && (release.scheduled || release.approved)) {
      write.mutate({ path: `${path}/schedule`, body: { window: way.window }, version });
    } else {
      write.mutate({ method: 'PATCH', path, body: { window: way.window }, version });
    }
  };
  return (
    <Dialog
      title={READINESS.way[way.kind] ?? way.kind}
      submit={READINESS.way[way.kind] ?? way.kind}
      danger={way.kind === 'drop'}
      onClose={onClose}
      onSubmit={submit}
      busy={write.isPending}
      problem={write.error}
    >
      <p>{sentence(local(way.detail))}</p>
      <Effect way={way} />
    </Dialog>
  );
}
