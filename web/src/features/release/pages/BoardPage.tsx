// Board
import { Page } from '@/ui/Page';

export default function BoardPage() {
  return <Page title="Board">{null}</Page>;
}
