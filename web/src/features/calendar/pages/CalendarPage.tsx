// Calendar
import { Page } from '@/ui/Page';

export default function CalendarPage() {
  return <Page title="Calendar">{null}</Page>;
}
