// Tokens
import { Page } from '@/ui/Page';

export default function TokensPage() {
  return <Page title="Tokens">{null}</Page>;
}
