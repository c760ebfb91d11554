// Maintenance windows.
import { windows } from '../bandTexts';
import { BandPage } from '../components/BandPage';

export default function WindowsPage() {
  return <BandPage words={windows} />;
}
