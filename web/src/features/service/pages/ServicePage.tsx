// Service
import { Page } from '@/ui/Page';

export default function ServicePage() {
  return <Page title="Service">{null}</Page>;
}
