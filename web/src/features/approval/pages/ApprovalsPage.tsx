// Approvals
import { Page } from '@/ui/Page';

export default function ApprovalsPage() {
  return <Page title="Approvals">{null}</Page>;
}
