// Teams
import { Page } from '@/ui/Page';

export default function TeamsPage() {
  return <Page title="Teams">{null}</Page>;
}
