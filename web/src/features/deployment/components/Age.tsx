// How old what is shown is, with the button that reads it anew.
import { Button } from '@mantine/core';
import { absolute } from '@/lib/dates';
import { useZone } from '@/lib/session';
import { useNow } from '@/ui/Time';
import { NIGHT } from '../texts';
import { ageText } from '../age';
import classes from './night.module.css';

interface Props {
  /** When it was read, in milliseconds. */
  at: number;
  failed: boolean;
  busy: boolean;
  onReload: () => void;
}

export function Age({ at, failed, busy, onReload }: Props) {
  const zone = useZone();
  const now = useNow(1_000).getTime();
  return (
    <div className={classes.age} data-failed={failed || undefined}>
      <div>
        <p>
          {NIGHT.asOf}{' '}
          <time dateTime={new Date(at).toISOString()}>{absolute(new Date(at), zone)}</time>,{' '}
          {ageText(now - at)}
        </p>
        <p role="status">{failed && NIGHT.unreachable}</p>
      </div>
      <Button variant="default" size="lg" loading={busy} onClick={onReload}>
        {NIGHT.reload}
      </Button>
    </div>
  );
}
