// Review
import { Page } from '@/ui/Page';

export default function ReviewPage() {
  return <Page title="Review">{null}</Page>;
}
