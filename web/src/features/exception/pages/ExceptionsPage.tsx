// Exceptions: what is asked for, what holds and for how long, and what is over.
import { Select } from '@mantine/core';
import { paths } from '@/app/paths';
import { useAddress } from '@/lib/address';
import { InLog } from '@/ui/InLog';
import { Page, Section } from '@/ui/Page';
import { ExceptionLine } from '@/ui/record/Exceptions';
import { ShowMore } from '@/ui/ShowMore';
import { ErrorState, ListEmpty, RowsSkeleton } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { Decide } from '../components/Decide';
import classes from '../components/decide.module.css';
import { useExceptions } from '../queries';
import { texts } from '../texts';

export default function ExceptionsPage() {
  const [address, change] = useAddress();
  const pages = useExceptions(address.state);
  return (
    <Page
      title={texts.title}
      tools={
        <Select
          aria-label={texts.filter}
          placeholder={texts.all}
          clearable
          data={texts.states.map((value) => ({ value, label: wordOf(value) }))}
          value={address.state ?? null}
          onChange={(state) => change({ state: state ?? undefined })}
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
            icon="lock"
            words={texts}
            filtered={Boolean(address.state)}
            onClear={() => change({ state: undefined })}
          />
        </Section>
      ) : (
        <Section flush>
          <ul className={classes.list}>
            {pages.rows.map((row) => (
              <li key={row.id} className={classes.row}>
                <ExceptionLine exception={row} />
                <Decide row={row} />
                <InLog to={paths.inLog(row.number)} of={row.number} />
              </li>
            ))}
          </ul>
          <ShowMore pages={pages} />
        </Section>
      )}
    </Page>
  );
}
