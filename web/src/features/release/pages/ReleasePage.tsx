// Release
import { Page } from '@/ui/Page';

export default function ReleasePage() {
  return <Page title="Release">{null}</Page>;
}
