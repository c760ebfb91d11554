// Incident
import { Page } from '@/ui/Page';

export default function IncidentPage() {
  return <Page title="Incident">{null}</Page>;
}
