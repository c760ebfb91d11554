// CIs
import { Page } from '@/ui/Page';

export default function CisPage() {
  return <Page title="CIs">{null}</Page>;
}
