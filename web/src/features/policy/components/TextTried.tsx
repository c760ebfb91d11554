// How a text of notices reads, as it stands in the editor, on a release that there is.
import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { findReleases, type Choice } from '@/lib/lookup';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { OnePicker } from '@/ui/Picker';
import { ProblemNote } from '@/ui/States';
import type { Files } from '../queries';
import { TRIED } from '../texts';
import classes from './policy.module.css';

/** The files that have the texts of a moment. */
const FILE = /^notices\/(before|moved|start|success|rollback|cancelled)\.toml$/;

interface TextTriedProps {
  /** The file that is shown. */
  path: string;
  files: Files;
}

export function TextTried({ path, files }: TextTriedProps) {
  const moment = FILE.exec(path)?.[1];
  return moment ? <OnRelease key={moment} moment={moment} files={files} /> : null;
}

function OnRelease({ moment, files }: { moment: string; files: Files }) {
  const [release, setRelease] = useState<Choice | null>(null);
  const [audience, setAudience] = useState('customers');
  const tried = useWrite<Schema<'NoticePreview'>>();
  const look = ({ value }: Choice) => {
    const path = `/releases/${encodeURIComponent(value)}/communication/preview`;
    tried.mutate({ path, body: { moment, audience, files } });
  };
  return (
    <>
      <div className={classes.steps}>
        <OnePicker
          label={TRIED.release}
          search={findReleases}
          value={release}
          onChange={setRelease}
        />
        <Select
          label={TRIED.audience}
          data={TRIED.audiences}
          value={audience}
          allowDeselect={false}
          onChange={(value) => setAudience(value ?? 'customers')}
        />
        <Button
          variant="default"
          disabled={!release}
          loading={tried.isPending}
          onClick={() => release && look(release)}
        >
          {TRIED.look}
        </Button>
      </div>
      {tried.error && <ProblemNote error={tried.error} />}
      {tried.data && (
        <div className={classes.tried} role="status">
          <strong>{tried.data.subject}</strong>
          <pre>{tried.data.text}</pre>
        </div>
      )}
    </>
  );
}
