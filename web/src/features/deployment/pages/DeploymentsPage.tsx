// Deployments
import { Page } from '@/ui/Page';

export default function DeploymentsPage() {
  return <Page title="Deployments">{null}</Page>;
}
