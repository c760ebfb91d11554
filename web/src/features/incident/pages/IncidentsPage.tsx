// Incidents
import { Page } from '@/ui/Page';

export default function IncidentsPage() {
  return <Page title="Incidents">{null}</Page>;
}
