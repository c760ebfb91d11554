// One primary verb and a menu of the others. A refused verb is shown, and says what is missing.
import { ActionIcon, Button, Menu, Popover, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { useInZone } from '@/lib/inZone';
import type { Refusal } from '@/lib/schema';
import type { ActionItem } from './actions';
import { errorText } from './errorText';
import { Icon } from './icons';
import { useOfferingPart } from './offered';
import { sentence, UI } from './texts';
import classes from './Actions.module.css';

interface Props {
  primary?: ActionItem;
  others?: ActionItem[];
}

export function Actions({ primary, others = [] }: Props) {
  const rest = others.filter((item) => item.name !== primary?.name);
  return (
    <div className={classes.actions}>
      {primary && <ActionButton item={primary} primary />}
      {rest.length > 0 && <ActionMenu items={rest} />}
    </div>
  );
}

export function ActionButton({
  item,
  primary,
  size = 'sm',
  name,
  offered,
}: {
  item: ActionItem;
  primary?: boolean;
  size?: string;
  /** What it is called aloud, where several look alike. */
  name?: string;
  /** The palette offers it too, for as long as it is on screen. */
  offered?: boolean;
}) {
  const [open, setOpen] = useState(false);
  useOfferingPart(offered ? item : undefined);
  if (item.allowed) {
    return (
      <Button
        size={size}
        variant={primary ? 'filled' : 'default'}
        className={item.danger ? classes.danger : undefined}
        data-primary={primary || undefined}
        loading={item.busy}
        onClick={item.run}
        aria-keyshortcuts={item.key}
        aria-label={name}
      >
        {item.label}
      </Button>
    );
  }
  return (
    <Popover opened={open} onChange={setOpen} width={340} position="bottom-end" withinPortal>
      <Popover.Target>
        <Button
          size={size}
          variant="default"
          className={classes.refused}
          leftSection={<Icon name="lock" size={14} />}
          aria-disabled="true"
          aria-label={name}
          onClick={() => setOpen(!open)}
        >
          {item.label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <RefusalText refusal={item.refusal} />
      </Popover.Dropdown>
    </Popover>
  );
}

function ActionMenu({ items }: { items: ActionItem[] }) {
  const local = useInZone();
  const sorted = [...items].sort((a, b) => Number(a.danger ?? false) - Number(b.danger ?? false));
  return (
    <Menu position="bottom-end" width={280} withinPortal>
      <Menu.Target>
        <Tooltip label={UI.more}>
          <ActionIcon variant="default" size={36} aria-label={UI.more}>
            <Icon name="more" />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {sorted.map((item) => (
          <Menu.Item
            key={item.name}
            onClick={item.allowed ? item.run : undefined}
            closeMenuOnClick={item.allowed}
            aria-disabled={!item.allowed}
            className={item.allowed && item.danger ? classes.menuDanger : undefined}
            data-refused={!item.allowed || undefined}
          >
            <span className={item.allowed ? undefined : classes.menuRefused}>{item.label}</span>
            {!item.allowed && (
              <span className={classes.menuWhy}>{local(shortRefusal(item.refusal))}</span>
            )}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What is missing, else the sentence that says so. */
export function shortRefusal(refusal: Refusal | null | undefined): string {
  if (!refusal) return UI.cannot;
  const missing = refusal.errors?.map(errorText) ?? [];
  return missing.length > 0 ? missing.join(' ') : sentence(refusal.detail);
}

/** A refusal in words: the sentence, or what is missing, field by field. */
export function RefusalText({ refusal }: { refusal: Refusal | null | undefined }) {
  const local = useInZone();
  const errors = refusal?.errors ?? [];
  if (errors.length === 0) {
    return <p className={classes.why}>{refusal ? sentence(local(refusal.detail)) : UI.cannot}</p>;
  }
  return (
    <div className={classes.why}>
      <p>{UI.missing}</p>
      <ul>
        {errors.map((error) => (
          <li key={error.pointer + error.detail}>{local(errorText(error))}</li>
        ))}
      </ul>
    </div>
  );
}
