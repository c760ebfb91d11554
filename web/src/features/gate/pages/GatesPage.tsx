// Gates: the last answer for each artifact and environment, the latest first.
import { Select } from '@mantine/core';
import { useAddress } from '@/lib/address';
import { Page, Section } from '@/ui/Page';
import { GateLine } from '@/ui/record/Gates';
import classes from '@/ui/record/Conflicts.module.css';
import { ShowMore } from '@/ui/ShowMore';
import { ErrorState, ListEmpty, RowsSkeleton } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { useGates } from '../queries';
import { texts } from '../texts';

export default function GatesPage() {
  const [address, change] = useAddress();
  const pages = useGates(address.verdict);
  return (
    <Page
      title={texts.title}
      meta={<span>{texts.meta}</span>}
      tools={
        <Select
          aria-label={texts.filter}
          placeholder={texts.all}
          clearable
          data={texts.verdicts.map((value) => ({ value, label: wordOf(value) }))}
          value={address.verdict ?? null}
          onChange={(verdict) => change({ verdict: verdict ?? undefined })}
        />
      }
    >
      {pages.error ? (
        <ErrorState error={pages.error} retry={pages.retry} />
      ) : !pages.rows ? (
        <RowsSkeleton />
      ) : pages.rows.length === 0 ? (
        <Section flush>
          <ListEmpty
            icon="gates"
            words={texts}
            filtered={Boolean(address.verdict)}
            onClear={() => change({ verdict: undefined })}
          />
        </Section>
      ) : (
        <Section flush>
          <ul className={classes.list}>
            {pages.rows.map((row) => (
              <li key={row.id} className={classes.item}>
                <GateLine gate={row} />
              </li>
            ))}
          </ul>
          <ShowMore pages={pages} />
        </Section>
      )}
    </Page>
  );
}
