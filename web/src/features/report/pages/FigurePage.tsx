// One figure: over time or divided, as a chart and as a table, then the records behind it. The
// chosen step stands in the address, so that a record leads back to it.
import { Button } from '@mantine/core';
import { useEffect, useMemo, useRef } from 'react';
import { paths } from '@/app/paths';
import { useAddress, useParam, type Address } from '@/lib/address';
import { queryText } from '@/lib/client';
import { Page, Section } from '@/ui/Page';
import { ErrorState, RecordSkeleton } from '@/ui/States';
import { restsOn, valueText } from '@/ui/figureText';
import { wordOf } from '@/ui/texts';
import { Behind } from '../components/Behind';
import { Chart } from '../components/Chart';
import { Definition } from '../components/Definition';
import { HistoryTable, ValueTable } from '../components/HistoryTable';
import { Moved } from '../components/Moved';
import { pointsOf } from '../components/points';
import { RecordList } from '../components/RecordList';
import { ReportFilters } from '../components/ReportFilters';
import cards from '../components/FigureCard.module.css';
import tables from '../components/HistoryTable.module.css';
import { spreadText, stepText } from '../format';
import { figurePath, scopeOf, useReport, type Figure } from '../queries';
import { DIVISIONS, texts } from '../texts';

type Change = (part: Record<string, string | undefined>) => void;

export default function FigurePage() {
  const name = useParam('name');
  const [address, change] = useAddress();
  const report = useReport(address, name);
  const figure = report.data?.items[0];
  const back = { to: `${paths.reports}${queryText(scopeOf(address))}`, label: texts.back };
  return (
    <Page
      title={figure?.definition.title ?? wordOf(name)}
      meta={figure?.definition.says}
      back={back}
    >
      <ReportFilters
        address={address}
        onChange={change}
        report={report.data}
        divisions={DIVISIONS}
        csv={figurePath(name)}
      />
      {report.error && <ErrorState error={report.error} retry={() => void report.refetch()} />}
      {report.isPending && <RecordSkeleton />}
      {report.data && <Behind count={report.data.asked.behind} />}
      {report.data && figure && (
        <Whole figure={figure} by={report.data.asked.by} address={address} change={change} />
      )}
    </Page>
  );
}

interface WholeProps {
  figure: Figure;
  by: string;
  address: Address;
  change: Change;
}

function Whole({ figure, by, address, change }: WholeProps) {
  const { definition, value } = figure;
  const step = figure.history.find((point) => point.from === address.step);
  const chosen = step && stepText(step.from, step.to, by);
  const records = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (window.location.hash === '#records') records.current?.scrollIntoView();
  }, []);
  const pick = (from: string) => {
    change({ step: from });
    records.current?.focus();
  };
  const divided = Object.keys(texts.groups).includes(by);
  return (
    <>
      <Section>
        <p className={cards.value} data-none={typeof value.value === 'number' ? undefined : true}>
          {valueText(value.value, definition.unit)}
        </p>
        <p className={cards.soft}>
          {restsOn(value)}
          {spreadText(value, definition.unit) && <> · {spreadText(value, definition.unit)}</>}
        </p>
        <Moved figure={figure} />
        {typeof value.value !== 'number' && <p>{texts.notCollectedHelp}</p>}
      </Section>
      {divided ? (
        <Divided figure={figure} by={by} change={change} />
      ) : (
        <History figure={figure} by={by} pick={pick} />
      )}
      <Section title={texts.definition}>
        <Definition figure={figure} />
      </Section>
      <div ref={records} id="records" tabIndex={-1}>
        <Section
          title={texts.recordsOf(definition.title)}
          flush
          aside={
            chosen && (
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => change({ step: undefined })}
              >
                {texts.only(chosen)} · {texts.whole}
              </Button>
            )
          }
        >
          <RecordList figure={figure} address={address} onChange={change} step={step} />
        </Section>
      </div>
    </>
  );
}

function History({
  figure,
  by,
  pick,
}: {
  figure: Figure;
  by: string;
  pick: (from: string) => void;
}) {
  const { title, unit, shape } = figure.definition;
  const points = useMemo(() => pointsOf(figure, by), [figure, by]);
  const limited = points.some((point) => point.high !== undefined);
  const pickPoint = (place: number) => {
    const from = figure.history[place]?.from;
    if (from) pick(from);
  };
  return (
    <Section title={texts.history} flush>
      <Chart
        label={texts.chartOf(title, points[0]?.label ?? '', points.at(-1)?.label ?? '')}
        points={points}
        shape={shape === 'frequency' ? 'bar' : 'line'}
        unit={unit}
        onPick={pickPoint}
      />
      <p className={cards.soft} style={{ padding: '0 16px 8px' }}>
        {limited ? texts.limits : texts.limitsHelp}
      </p>
      <div className={tables.frame}>
        <HistoryTable figure={figure} by={by} onPick={pick} />
      </div>
    </Section>
  );
}

function Divided({ figure, by, change }: { figure: Figure; by: string; change: Change }) {
  const { title, unit } = figure.definition;
  const { groups } = figure;
  const rows = useMemo(
    () =>
      (groups ?? []).map(({ record, key, value }) => ({
        key,
        label: record?.name ?? wordOf(key),
        value,
      })),
    [groups],
  );
  const points = useMemo(
    () => rows.map(({ label, value }) => ({ label, value: value.value ?? undefined })),
    [rows],
  );
  const pick = (key: string) => change({ [by]: key, by: undefined });
  return (
    <Section title={texts.groups[by as keyof typeof texts.groups]} flush>
      <Chart
        label={texts.chartOf(title, points[0]?.label ?? '', points.at(-1)?.label ?? '')}
        points={points}
        shape="bar"
        unit={unit}
        onPick={(place) => {
          const row = rows[place];
          if (row) pick(row.key);
        }}
      />
      <div className={tables.frame}>
        <ValueTable
          label={texts.table}
          point={texts[by as keyof typeof texts.groups]}
          unit={unit}
          rows={rows}
          onPick={pick}
        />
      </div>
    </Section>
  );
}
