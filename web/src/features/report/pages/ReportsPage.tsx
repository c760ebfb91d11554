// All figures of a time: each with its value, its small history, definition and records.
import { useAddress } from '@/lib/address';
import { Page, Section } from '@/ui/Page';
import { ErrorState, RecordSkeleton } from '@/ui/States';
import { Behind } from '../components/Behind';
import { FigureCard } from '../components/FigureCard';
import { ReportFilters } from '../components/ReportFilters';
import classes from '../components/FigureCard.module.css';
import { useReport } from '../queries';
import { STEPS, texts, THEMES } from '../texts';

export default function ReportsPage() {
  const [address, change] = useAddress();
  const report = useReport(address);
  const named = new Map(report.data?.items.map((figure) => [figure.name, figure]));
  return (
    <Page title={texts.title} meta={texts.help} wide>
      <ReportFilters
        address={address}
        onChange={change}
        report={report.data}
        divisions={STEPS}
        csv="/reports"
      />
      {report.error && <ErrorState error={report.error} retry={() => void report.refetch()} />}
      {report.isPending && <RecordSkeleton />}
      {report.data && <Behind count={report.data.asked.behind} />}
      {report.data &&
        THEMES.map(({ title, names }) => (
          <Section key={title} title={title} plain>
            <div className={classes.grid}>
              {names.map((name) => {
                const figure = named.get(name);
                const key = `${name} ${JSON.stringify(report.data.asked)}`;
                return (
                  figure && (
                    <FigureCard
                      key={key}
                      figure={figure}
                      address={address}
                      by={report.data.asked.by}
                    />
                  )
                );
              })}
            </div>
          </Section>
        ))}
    </Page>
  );
}
