// Deployments under way and the last ones.
import { paths } from '@/app/paths';
import { DataTable, type Column } from '@/ui/DataTable';
import { Page, Section } from '@/ui/Page';
import { EmptyState } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { Time, WindowTime } from '@/ui/Time';
import { StepBar } from '../components/StepBar';
import { useDeployments, type DeploymentRow } from '../queries';
import { DEPLOYMENT } from '../texts';

const COLUMNS: Column<DeploymentRow>[] = [
  {
    key: 'release',
    header: DEPLOYMENT.release,
    cell: (row) => (
      <>
        <span className="mono soft">{row.release.number}</span> {row.release.name}
      </>
    ),
  },
  { key: 'type', header: DEPLOYMENT.type, wideOnly: true, cell: (row) => wordOf(row.type) },
  {
    key: 'state',
    header: DEPLOYMENT.state,
    cell: (row) => (
      <>
        <StatePill word={row.state} />
        {row.update_overdue && (
          <StatePill word="update_overdue" label={DEPLOYMENT.updateOverdue} tone="stop" />
        )}
      </>
    ),
  },
  { key: 'steps', header: DEPLOYMENT.steps, cell: (row) => <StepBar row={row} /> },
  { key: 'started', header: DEPLOYMENT.started, cell: (row) => <Time at={row.started_at} /> },
  {
    key: 'window',
    header: DEPLOYMENT.window,
    zoned: true,
    wideOnly: true,
    cell: (row) => <WindowTime window={row.window} none="–" short="bare" />,
  },
];

export default function DeploymentsPage() {
  const pages = useDeployments();
  return (
    <Page wide title={DEPLOYMENT.title} meta={<span>{DEPLOYMENT.meta}</span>}>
      <Section flush>
        <DataTable
          label={DEPLOYMENT.title}
          columns={COLUMNS}
          pages={pages}
          rowKey={(row) => row.release.id + row.started_at}
          rowLink={(row) => paths.release(row.release.number ?? row.release.id, 'run')}
          empty={
            <EmptyState icon="deployments" title={DEPLOYMENT.emptyTitle}>
              <p>{DEPLOYMENT.empty}</p>
            </EmptyState>
          }
        />
      </Section>
    </Page>
  );
}
