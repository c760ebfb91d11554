// How a text reads for an audience at a moment, in the form of each channel.
import { SegmentedControl, Select } from '@mantine/core';
import { useState } from 'react';
import { Section } from '@/ui/Page';
import { ErrorState, RowsSkeleton } from '@/ui/States';
import { usePreview } from '../noticeQueries';
import { NOTICES } from '../noticeTexts';
import classes from './notices.module.css';

const optionsOf = (words: Record<string, string>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

export function NoticePreview({ number }: { number: string }) {
  const [moment, setMoment] = useState('before');
  const [audience, setAudience] = useState('customers');
  const [form, setForm] = useState('text');
  const preview = usePreview(number, { moment, audience });
  const shown = preview.data;
  return (
    <Section title={NOTICES.previewTitle}>
      <p className="soft">{NOTICES.previewHelp}</p>
      <div className={classes.choices}>
        <Select
          label={NOTICES.momentLabel}
          data={optionsOf(NOTICES.moment)}
          value={moment}
          allowDeselect={false}
          onChange={(value) => setMoment(value ?? 'before')}
        />
        <Select
          label={NOTICES.audienceLabel}
          data={optionsOf(NOTICES.audience)}
          value={audience}
          allowDeselect={false}
          onChange={(value) => setAudience(value ?? 'customers')}
        />
        <SegmentedControl
          aria-label={NOTICES.formLabel}
          data={optionsOf(NOTICES.form)}
          value={form}
          onChange={setForm}
        />
      </div>
      {preview.error ? (
        <ErrorState error={preview.error} retry={() => void preview.refetch()} />
      ) : !shown ? (
        <RowsSkeleton />
      ) : (
        <div aria-live="polite">
          <p className={classes.subject}>{shown.subject}</p>
          {form === 'text' && <pre className={classes.text}>{shown.text}</pre>}
          {form === 'mail' && (
            // Without scripts, forms and an origin of its own.
            <iframe
              className={classes.frame}
              title={NOTICES.mailFrame}
              sandbox=""
              srcDoc={shown.html}
            />
          )}
          {(form === 'slack' || form === 'teams') && (
            <pre className={`${classes.text} ${classes.code}`} tabIndex={0}>
              {form === 'slack' ? shown.slack : shown.teams}
            </pre>
          )}
        </div>
      )}
    </Section>
  );
}
