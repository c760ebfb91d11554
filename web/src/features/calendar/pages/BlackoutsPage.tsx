// Blackouts.
import { blackouts } from '../bandTexts';
import { BandPage } from '../components/BandPage';

export default function BlackoutsPage() {
  return <BandPage words={blackouts} reasoned />;
}
