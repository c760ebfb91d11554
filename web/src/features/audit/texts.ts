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

export const PROOF = {
  title: 'Proof',
  help: 'Every event is a leaf of a tree, and checkpoints of the tree are signed. Keep a checkpoint and the key elsewhere: whatever is changed behind them is found.',
  size: 'In the tree',
  all: (size: number) => `all ${size} events`,
  behind: (size: number, head: number) => `${size} of ${head} events`,
  latest: 'Latest checkpoint',
  of: (size: number) => `${size} events`,
  none: 'none yet',
  root: 'Its root',
  key: 'Key of this log',
  copyKey: 'Copy the key',
  sign: 'Sign a checkpoint now',
  signed: (size: number) => `Signed: ${size} events`,
  keep: 'Download the checkpoint',
  keepHelp: 'The signed note, to be kept where nobody who can write the database can.',
  check: 'Check a pack',
  unread: 'This file is no pack: take the JSON of a release, not its page.',
  good: ({ release, events, records }: { release: string; events: number; records: number }) =>
    `The pack of ${release} is whole: ${events} events are in the signed tree of this log, and ${records} records are what they lead to.`,
  wrong: (release: string, wrong: string) => `The pack of ${release} is not whole: ${wrong}`,
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
  'gate',
  'gate_request',
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
