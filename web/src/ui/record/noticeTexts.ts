// Words of what was told of a record.

/** What is told of a release, and when. */
export const MOMENTS: Record<string, string> = {
  before: 'Before it begins',
  moved: 'Its date moved',
  start: 'It begins',
  success: 'It is done',
  rollback: 'It was taken back',
  cancelled: 'It is cancelled',
};

/** The same with what is told of any record. */
export const TOLD: Record<string, string> = {
  ...MOMENTS,
  moved_on: 'It moved on',
  digest: 'Digest of releases',
  work_done: 'Who waited for it was told',
};

export const AUDIENCES: Record<string, string> = {
  team: 'Team',
  support: 'Support',
  operations: 'Operations',
  customers: 'Customers',
  partners: 'Partners',
  marketing: 'Marketing',
};

export const ARCHIVE = {
  title: 'What was told',
  toldCount: (count: number) => `${count} told`,
  waitingCount: (count: number) => `${count} wait`,
  doubtCount: (count: number) => `${count} in doubt, sent again under the same id`,
  deadCount: (count: number) => `${count} not delivered`,
  supersededCount: (count: number) => `${count} left: a later notice says otherwise`,
  nobody: 'There was nobody to tell.',
  readers: 'Readers and texts',
  readersTitle: (moment: string) => `${moment}: what was sent, and to whom`,
  retry: 'Send again',
  retried: 'Sent again',
  columns: {
    who: 'Reader',
    by: 'By',
    state: 'State',
    at: 'When',
    why: 'Why not',
  },
  by: {
    page: 'Page',
    email: 'Mail',
    slack: 'Slack',
    teams: 'Teams',
    webhook: 'Webhook',
    none: 'No mail server',
  } as Record<string, string>,
  sent: {
    waiting: 'Waits',
    sending: 'On its way',
    sent: 'Delivered',
    dead: 'Not delivered',
    superseded: 'Left',
  } as Record<string, string>,
  inDoubt: 'in doubt',
  waitsUntil: 'until',
  quiet: '(quiet hours)',
};
