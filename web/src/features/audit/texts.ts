// Words of the audit page.

export const texts = {
  title: 'Audit',
  subject: 'Record',
  subjectPlaceholder: 'A number such as CHG-12',
  help: 'Everything that happened, in order, as it was written. Nothing here can be changed or taken back.',
  export: 'Export everything',
  exportHelp: 'Every record, whole, and the log, as JSON lines. Secrets are not in it.',
  of: (subject: string) => `Events of ${subject}`,
  open: (subject: string) => `Open ${subject}`,
  events: 'Events',
  kind: 'Kind of record',
  event: 'Kind of event',
  person: 'Who did it',
  from: (zone: string) => `From (${zone})`,
  to: (zone: string) => `Until (${zone})`,
  clear: 'Clear filters',
  empty: 'Nothing has been written yet',
  emptyHelp:
    'Each command that is carried out, and each that is refused for a reason, stands here.',
  noMatch: 'No event matches these filters',
  noMatchHelp: 'Take a filter away, or widen the time.',
  none: (subject: string) => `Nothing is known of ${subject}`,
  noneHelp: 'Give the number of a record, such as CHG-12 or REL-3.',
};

/** What is shown when the address says nothing: sign-ins would bury everything else. */
export const GOVERNANCE = 'governance';
export const EVERYTHING = 'all';

export const THEMES = [
  { value: GOVERNANCE, label: 'All but sign-ins' },
  { value: EVERYTHING, label: 'Everything' },
  { value: 'approval', label: 'Approvals and exceptions' },
  { value: 'record', label: 'Edits of records' },
  { value: 'calendar', label: 'Windows and conflicts' },
  { value: 'work', label: 'Work and deployment' },
  { value: 'meeting', label: 'Boards and meetings' },
  { value: 'account', label: 'Accounts, teams, tokens' },
  { value: 'policy', label: 'Policy' },
  { value: 'refused', label: 'Refused attempts' },
  { value: 'sign_in', label: 'Sign-ins' },
];

export const KINDS = [
  'board',
  'change',
  'ci',
  'conflict',
  'delegation',
  'exception',
  'external',
  'feed',
  'incident',
  'job',
  'meeting',
  'period',
  'person',
  'policy',
  'release',
  'review',
  'run',
  'runner',
  'service',
  'survey',
  'team',
  'token',
];
