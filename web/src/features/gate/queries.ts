// What the page of gates reads.
import { usePages } from '@/lib/pages';
import type { Gate } from '@/ui/record/Gates';

export function useGates(verdict: string | undefined) {
  return usePages<Gate>('/gates', { verdict });
}
