// Peak hours.
import { peaks } from '../bandTexts';
import { BandPage } from '../components/BandPage';

export default function PeaksPage() {
  return <BandPage words={peaks} />;
}
