// Changes
import { Page } from '@/ui/Page';

export default function ChangesPage() {
  return <Page title="Changes">{null}</Page>;
}
