// Blackouts
import { Page } from '@/ui/Page';

export default function BlackoutsPage() {
  return <Page title="Blackouts">{null}</Page>;
}
