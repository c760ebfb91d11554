// New change
import { Page } from '@/ui/Page';

export default function NewChangePage() {
  return <Page title="New change">{null}</Page>;
}
