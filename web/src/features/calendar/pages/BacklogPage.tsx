// A plan of the backlog: a slot for each record that waits for a date, with what was refused before
// it. The order is the reader's to change; a slot is saved when it is taken, alone or with the rest.
import { ActionIcon, Button, NumberInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { paths } from '@/app/paths';
import { windowInZone, windowText } from '@/lib/dates';
import { move } from '@/lib/move';
import { asProblem } from '@/lib/problem';
import type { Schema, Window } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { toInstant } from '@/lib/zone';
import { Icon } from '@/ui/icons';
import { Page } from '@/ui/Page';
import { useMoving } from '@/ui/record/useMoving';
import { RefusedStarts, SlotReasons } from '@/ui/record/SlotWords';
import { RefLink } from '@/ui/RefLink';
import { say } from '@/ui/say';
import { EmptyState, ErrorState, PartSkeleton } from '@/ui/States';
import { sentence } from '@/ui/texts';
import { backlog } from '../backlogTexts';
import { useBacklog, type Backlog } from '../queries';
import classes from './BacklogPage.module.css';

type Item = Schema<'BacklogItem'>;

const MINUTES = 60;
const MINUTES_MAX = 14 * 24 * 60;
const TYPING_MS = 350;

export default function BacklogPage() {
  const zone = useZone();
  const [order, setOrder] = useState<string[]>([]);
  const [minutes, setMinutes] = useState(MINUTES);
  const [after, setAfter] = useState('');
  const asked: Backlog = { order, minutes, after: toInstant(after, zone), zone };
  const [settled] = useDebouncedValue(JSON.stringify(asked), TYPING_MS);
  const plan = useBacklog(JSON.parse(settled) as Backlog);
  const items = plan.data?.items ?? [];
  const free = items.filter((item) => item.slot);
  const all = useTakeAll();
  return (
    <Page
      title={backlog.title}
      meta={backlog.help}
      back={{ to: paths.calendar, label: backlog.back }}
      primary={
        free.length > 0
          ? {
              name: 'take_all',
              label: backlog.takeAll(free.length),
              allowed: !all.isPending,
              run: () => all.mutate(free),
            }
          : undefined
      }
    >
      <div className={classes.asked}>
        <TextInput
          type="datetime-local"
          size="xs"
          label={`${backlog.after} (${zone})`}
          value={after}
          onChange={(event) => setAfter(event.currentTarget.value)}
        />
        <NumberInput
          size="xs"
          label={backlog.minutes}
          title={backlog.minutesHelp}
          min={1}
          max={MINUTES_MAX}
          allowDecimal={false}
          suffix=" min"
          value={minutes}
          onChange={(value) => Number(value) > 0 && setMinutes(Number(value))}
        />
      </div>
      {plan.error && <ErrorState error={plan.error} retry={() => void plan.refetch()} />}
      {!plan.data && !plan.error && <PartSkeleton height={320} />}
      {plan.data?.truncated && <p className="soft">{backlog.truncated}</p>}
      {plan.data && items.length === 0 && (
        <EmptyState icon="calendar" title={backlog.emptyTitle}>
          <p>{backlog.empty}</p>
        </EmptyState>
      )}
      {items.length > 0 && <Items items={items} zone={zone} onOrder={setOrder} />}
    </Page>
  );
}

/** Takes slot after slot, and says what was refused. */
function useTakeAll() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (items: Item[]) => {
      const refused: string[] = [];
      for (const item of items) {
        try {
          if (item.slot) await move({ number: numberOf(item), to: item.slot.window });
        } catch (error) {
          refused.push(backlog.refused(numberOf(item), sentence(asProblem(error).message)));
        }
      }
      return { taken: items.length - refused.length, refused };
    },
    onSuccess: async ({ taken, refused }) => {
      await queries.invalidateQueries();
      say([backlog.taken(taken), ...refused].join('. '));
    },
  });
}

function numberOf(item: Item): string {
  return item.subject.number ?? item.subject.id;
}

interface ItemsProps {
  items: Item[];
  zone: string;
  onOrder: (order: string[]) => void;
}

function Items({ items, zone, onOrder }: ItemsProps) {
  const moving = useMoving();
  const swap = (place: number, by: 1 | -1) => {
    const numbers = items.map(numberOf);
    const [moved] = numbers.splice(place, 1);
    if (moved) numbers.splice(place + by, 0, moved);
    onOrder(numbers);
  };
  return (
    <>
      <ol className={classes.items} aria-label={backlog.label}>
        {items.map((item, place) => (
          <li key={item.subject.id}>
            <span className={classes.order}>
              <Place
                label={backlog.earlier(numberOf(item))}
                icon="up"
                disabled={place === 0}
                run={() => swap(place, -1)}
              />
              <Place
                label={backlog.later(numberOf(item))}
                icon="down"
                disabled={place === items.length - 1}
                run={() => swap(place, 1)}
              />
            </span>
            <Words item={item} zone={zone} />
            {item.slot && (
              <Take
                item={item}
                window={item.slot.window}
                zone={zone}
                busy={moving.busy}
                onTake={(window) => moving.move(numberOf(item), window)}
              />
            )}
          </li>
        ))}
      </ol>
      {moving.dialog}
    </>
  );
}

interface PlaceProps {
  label: string;
  icon: 'up' | 'down';
  disabled: boolean;
  run: () => void;
}

function Place({ label, icon, disabled, run }: PlaceProps) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={run}>
      <Icon name={icon} />
    </ActionIcon>
  );
}

function Words({ item, zone }: { item: Item; zone: string }) {
  const waits = item.after.map((one) => one.number ?? one.name).join(', ');
  return (
    <div className={classes.words}>
      <p className={classes.head}>
        <RefLink record={item.subject} />{' '}
        <span className="soft">
          {[item.rank, waits && backlog.waits(waits)].filter(Boolean).join(', ')}
        </span>
      </p>
      {item.slot ? (
        <>
          <strong className="num">{windowInZone(item.slot.window, zone)}</strong>
          <SlotReasons slot={item.slot} zone={zone} />
        </>
      ) : (
        <p>{item.why && sentence(item.why)}</p>
      )}
      <RefusedStarts refused={item.refused} zone={zone} />
    </div>
  );
}

interface TakeProps {
  item: Item;
  window: Window;
  zone: string;
  busy: boolean;
  onTake: (window: Window) => void;
}

function Take({ item, window, zone, busy, onTake }: TakeProps) {
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={busy}
      aria-label={backlog.takeLabel(numberOf(item), windowText(window, zone))}
      onClick={() => onTake(window)}
    >
      {backlog.take}
    </Button>
  );
}
