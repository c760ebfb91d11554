// New release
import { Page } from '@/ui/Page';

export default function NewReleasePage() {
  return <Page title="New release">{null}</Page>;
}
