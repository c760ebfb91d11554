// Development sprints.
import { sprints } from '../bandTexts';
import { BandPage } from '../components/BandPage';

export default function SprintsPage() {
  return <BandPage words={sprints} />;
}
