// New incident
import { Page } from '@/ui/Page';

export default function NewIncidentPage() {
  return <Page title="New incident">{null}</Page>;
}
