// Words of the models page.
import { dayClock } from '@/lib/dates';
import type { Schema } from '@/lib/schema';

export const POLICY = {
  title: 'Models',
  meta: 'The types of releases and changes in force: their states and the approval they ask for.',
  releases: 'Releases',
  changes: 'Changes',
  states: 'States',
  approval: 'Approval',
  noApproval: 'No approval is asked for.',
  version: (version: string) => `version ${version}`,
  source: 'The file, as it is kept',
  owner: (name: string) => `Owned by ${name}`,
  review: (day: string) => `to be reviewed on ${day}`,
  overdue: 'Review overdue',
  wasDue: (day: string, owner: string | undefined) =>
    owner
      ? `It was due on ${day}; ${owner} answers for it.`
      : `It was due on ${day}; nobody is named who answers for it.`,
  effect: 'In the last 90 days',
  noneYet: (kind: string) => `There is no ${kind} of it yet.`,
  noneLately: (kind: string) => `No ${kind} of it came to an end in this time.`,
  cadence: ({ rule, start, zone, lead_days, next }: Schema<'Cadence'>) =>
    `Opens its releases by itself, ${lead_days} days before the windows of ${rule}, ${start} ` +
    `${zone}; ${next ? `next on ${dayClock(next.opens_at, zone)}: ${next.title}` : 'the rule has ended'}.`,
  emptyTitle: 'No models',
  empty: 'Models are files of the server; without one no record can be made.',
};

export const SET = {
  title: 'Policy',
  meta: 'The rules in files: which approval a record needs, how its risk adds up, which conflicts block.',
  files: 'Files',
  inForce: (version: number) =>
    version === 0 ? 'the built-in policy is in force' : `version ${version} is in force`,
  edited: '· edited',
  overtaken: (now: number, by: string | null | undefined, base: number) =>
    `Version ${now} was put in force${by ? ` by ${by}` : ''} while you were writing. Your text ` +
    `starts from version ${base}; it is still here, and cannot be activated as it stands.`,
  onBothSides: (paths: string) =>
    `Changed there and by you: ${paths}. Keeping your text puts yours in its place.`,
  keepText: (now: number) => `Keep my text over version ${now}`,
  dropText: 'Drop my text',
  text: (path: string) => `Text of ${path}`,
  newType: 'New release type',
  newTypeHelp: 'Starts as a copy of the minor release; give it a name and states of your own.',
  add: 'Add its file',
  facts: 'Facts that expressions may read',
  steps: 'Check, try, activate',
  check: 'Check',
  days: 'Days back',
  try: 'Try on past records',
  note: 'What is new',
  activate: 'Activate',
  mayNot: 'This needs the permission policy.write, which your roles do not give.',
  versions: 'Versions',
  version: (version: number) => (version === 0 ? 'Built-in' : `Version ${version}`),
  sound: (changed: string) =>
    changed
      ? `Sound. It differs from what is in force in ${changed}.`
      : 'Sound, and the same as in force.',
  meant: (word: string) => `Did you mean ${word}?`,
  replayed: (changes: number, releases: number, different: number) =>
    `${changes} changes and ${releases} releases: ${different} would be routed otherwise.`,
  nobody: 'nobody',
};

/** A text of notices that is tried before it is in force. */
export const TRIED = {
  release: 'On the release',
  audience: 'For',
  audiences: [
    { value: 'team', label: 'Team' },
    { value: 'support', label: 'Support' },
    { value: 'operations', label: 'Operations' },
    { value: 'customers', label: 'Customers' },
    { value: 'partners', label: 'Partners' },
    { value: 'marketing', label: 'Marketing' },
  ],
  look: 'Read this text',
};

export const OBSERVED = {
  title: 'Observed',
  help: 'What a rule or a stage that is marked “observe” would have decided, beside what was decided.',
  none: 'Nothing that is open now meets an observed rule.',
  byService: 'Observed by service',
  records: 'Observed record by record',
  counted: (observed: number, different: number) =>
    `${observed} observed, ${different} would be otherwise`,
  truncated: 'There is more than is told here.',
};
