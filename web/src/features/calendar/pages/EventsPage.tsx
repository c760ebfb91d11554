// Business events.
import { events } from '../bandTexts';
import { BandPage } from '../components/BandPage';

export default function EventsPage() {
  return <BandPage words={events} />;
}
