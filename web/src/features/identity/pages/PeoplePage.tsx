// People
import { Page } from '@/ui/Page';

export default function PeoplePage() {
  return <Page title="People">{null}</Page>;
}
