// Filters that came with the address and have no control of their own: named, and taken off again.
import { Button } from '@mantine/core';
import type { Address } from '@/lib/address';
import { Icon } from './icons';
import { UI } from './texts';

interface Props {
  address: Address;
  /** What each key of the address is called. */
  names: Record<string, string>;
  onChange: (change: Record<string, string | undefined>) => void;
}

export function ActiveFilters({ address, names, onChange }: Props) {
  const active = Object.keys(names).filter((key) => address[key]);
  return active.map((key) => (
    <Button
      key={key}
      size="xs"
      variant="default"
      rightSection={<Icon name="close" size={12} />}
      aria-label={`${UI.remove} ${names[key]}: ${address[key]}`}
      onClick={() => onChange({ [key]: undefined })}
    >
      {names[key]}: {address[key]}
    </Button>
  ));
}
