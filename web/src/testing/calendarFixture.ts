// A night on which a release and a change collide, as the calendar shows it.
import { payments } from './fixtures';
import { keeper } from './keeper';
import type { Schema } from '@/lib/schema';

export const ledger = { id: 'svc_01', name: 'Card ledger' };
const portal = { id: 'svc_02', name: 'Portal' };
export const DATE = '2026-11-18';

function entry(
  kind: string,
  number: string,
  name: string,
  hours: [number, number],
): Schema<'Entry'> {
  const at = (hour: number) => `${DATE}T${String(hour).padStart(2, '0')}:00:00Z`;
  return {
    subject: { id: number.toLowerCase(), number, name },
    kind,
    type: 'normal',
    phase: 'scheduled',
    committed: true,
    window: { start: at(hours[0]), end: at(hours[1]), zone: 'Europe/Berlin' },
    environment: 'production',
    services: [ledger],
    team: payments,
    changes: kind === 'release' ? 3 : 0,
    tier: 'high',
    conflicts_open: 1,
    conflicts_blocking: 1,
    outage_minutes: kind === 'release' ? 45 : 0,
  };
}

export const release = entry('release', 'REL-17', 'Ledger 9', [20, 23]);
export const change = entry('change', 'CHG-31', 'Patch the database', [21, 22]);

export const calendar: Schema<'Calendar'> = {
  entries: [release, change],
  blackouts: [],
  meetings: [],
  windows: [],
  peaks: [],
  events: [],
  sprints: [],
  external: [],
  conflicts: [
    {
      id: 'cfl_1',
      kind: 'upstream_ci',
      severity: 'blocking',
      state: 'open',
      subject: release.subject,
      with: change.subject,
      with_kind: 'change',
      overlap: change.window,
      detail: 'Both claim db-2.',
      hits: [{ ci: { id: 'ci_1', name: 'web-01' }, path: 'web-01 → uses → db-2' }],
    },
  ],
  truncated: false,
};

export const ANSWERS = {
  ...keeper,
  'GET /calendar': calendar,
  'GET /services': {
    items: [
      {
        ...ledger,
        version: 1,
        description: '',
        criticality: 1,
        known_limits: '',
        region: '',
        cis_total: 2,
      },
      {
        ...portal,
        version: 1,
        description: '',
        criticality: 2,
        known_limits: '',
        region: '',
        cis_total: 2,
      },
    ].map((service) => ({ ...service, team: payments })),
  },
};
