// The button that accepts a conflict: the server says beforehand whether this reader may.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Schema } from '@/lib/schema';
import { verbs } from '../actions';
import { ActionButton } from '../Actions';
import { RECORD } from './texts';

interface Props {
  conflict: Schema<'Conflict'>;
  onAccept: () => void;
}

export function AcceptConflict({ conflict, onAccept }: Props) {
  const path = `/conflicts/${encodeURIComponent(conflict.id ?? '')}`;
  const found = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => get<Schema<'Conflict'>>(path, {}, signal),
  });
  const label = RECORD.accept;
  const items = verbs(found.data?.actions, { accept: { label, run: onAccept } });
  return items.map((item) => (
    <ActionButton
      key={item.name}
      size="compact-sm"
      item={item}
      name={`${RECORD.accept} the conflict with ${conflict.with.name}`}
    />
  ));
}
