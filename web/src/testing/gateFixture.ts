// A gate that waits for an approval.
import type { Schema } from '@/lib/schema';

export const gate: Schema<'Gate'> = {
  id: 'gat_1',
  artifact: { name: 'booking-api', digest: 'sha256:9f2e14' },
  environment: 'production',
  purpose: 'deploy',
  verdict: 'wait',
  reasons: [
    {
      code: 'approval_pending',
      sentence: 'the approval of REL-17 is awaited',
      record: 'REL-17',
      waits_for: ['CAB (stage Board)'],
    },
  ],
  records: [{ id: 'rel_17', number: 'REL-17', name: 'Autumn' }],
  since: '2026-11-21T08:00:00Z',
};
