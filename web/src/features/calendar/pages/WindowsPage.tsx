// Maintenance windows
import { Page } from '@/ui/Page';

export default function WindowsPage() {
  return <Page title="Maintenance windows">{null}</Page>;
}
