// Releases
import { Page } from '@/ui/Page';

export default function ReleasesPage() {
  return <Page title="Releases">{null}</Page>;
}
