// A pack of evidence is chosen, checked by the server against its key and its tree, and what was
// found is said.
import { Button, FileButton } from '@mantine/core';
import { useState } from 'react';
import { useWrite } from '@/lib/write';
import { Icon } from '@/ui/icons';
import { ProblemNote } from '@/ui/States';
import type { Checked } from '../queries';
import { PROOF } from '../texts';
import classes from './Proof.module.css';

const FOUND = { path: '/audit/packs/verify' };

export function PackCheck() {
  const check = useWrite<Checked>();
  const [unread, setUnread] = useState(false);
  const read = async (file: File | null) => {
    if (!file) return;
    check.reset();
    setUnread(false);
    try {
      check.mutate({ ...FOUND, body: JSON.parse(await file.text()) as unknown });
    } catch {
      setUnread(true);
    }
  };
  return (
    <>
      <FileButton accept="application/json,.json" onChange={(file) => void read(file)}>
        {(props) => (
          <Button {...props} variant="default" loading={check.isPending}>
            {PROOF.check}
          </Button>
        )}
      </FileButton>
      <div className={classes.found} aria-live="polite">
        {unread && <Said wrong={PROOF.unread} />}
        <ProblemNote error={check.error} />
        {check.data && <Found checked={check.data} />}
      </div>
    </>
  );
}

function Found({ checked }: { checked: Checked }) {
  const { release, wrong } = checked;
  if (wrong) return <Said wrong={PROOF.wrong(release, wrong)} />;
  return (
    <p className={classes.good}>
      <Icon name="check" /> {PROOF.good(checked)}
    </p>
  );
}

function Said({ wrong }: { wrong: string }) {
  return (
    <p className={classes.bad}>
      <Icon name="alert" /> {wrong}
    </p>
  );
}
