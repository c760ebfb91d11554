// Whether the reader is told about this record, and who else is.
import { Button, Tooltip } from '@mantine/core';
import type { Ref } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { RECORD } from './texts';

interface Props {
  path: string;
  watched: boolean;
  watchers: Ref[];
  version: number;
}

export function Watch({ path, watched, watchers, version }: Props) {
  const write = useWrite();
  const flip = () =>
    write.mutate({ method: watched ? 'DELETE' : 'PUT', path: `${path}/watch`, version });
  const names = watchers.map((person) => person.name).join(', ');
  return (
    <Tooltip label={`${RECORD.watchers}: ${names}`} disabled={names === ''}>
      <Button size="sm" variant="default" loading={write.isPending} onClick={flip}>
        {watched ? RECORD.unwatch : RECORD.watch}
        {watchers.length > 0 && <span className="soft num">&nbsp;{watchers.length}</span>}
      </Button>
    </Tooltip>
  );
}
