// How bad an incident is: 1 is the worst.
import { StatePill } from '@/ui/StatePill';
import type { Tone } from '@/ui/tones';

const TONES: Tone[] = ['stop', 'waiting', 'info', 'neutral', 'faint'];

export function Priority({ level }: { level: number }) {
  return <StatePill word={`p${level}`} label={`P${level}`} tone={TONES[level - 1] ?? 'neutral'} />;
}
