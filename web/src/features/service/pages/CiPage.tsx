// CI
import { Page } from '@/ui/Page';

export default function CiPage() {
  return <Page title="CI">{null}</Page>;
}
