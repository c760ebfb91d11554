// Change
import { Page } from '@/ui/Page';

export default function ChangePage() {
  return <Page title="Change">{null}</Page>;
}
