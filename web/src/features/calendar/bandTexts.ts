// Words of the pages of maintenance windows and blackouts.

const shared = {
  columns: {
    name: 'Name',
    when: 'When',
    repeats: 'Repeats',
    services: 'Services',
    environment: 'Environment',
    reason: 'Why',
    do: 'Actions',
  },
  all: 'All',
  edit: 'Edit',
  remove: 'Remove',
  save: 'Save',
  saved: 'Saved; conflicts were looked for again',
  removed: 'Removed; conflicts were looked for again',
  removeTitle: (name: string) => `Remove ${name}`,
  repeats: { none: 'Once', daily: 'Every day', weekly: 'Every week' } as Record<string, string>,
  fields: {
    name: 'Name',
    reason: 'Why',
    services: 'Services',
    environment: 'Environment',
    window: 'When',
    repeats: 'Repeats',
  },
  servicesHelp: 'Left empty, it is for all services.',
  environmentAny: 'Left empty, it is for all environments.',
  repeatsHelp: 'At the same time on the wall clock of its zone, also across clock changes.',
};

export const windows = {
  ...shared,
  path: '/windows',
  title: 'Maintenance windows',
  label: 'Maintenance windows',
  help: 'When work is expected. A change outside the windows of its services is a conflict, to be accepted or moved.',
  new: 'New window',
  newTitle: 'New maintenance window',
  editTitle: 'Edit the maintenance window',
  create: 'Add the window',
  removeHelp: 'Work planned inside it may then lie outside every window, which is a conflict.',
  emptyTitle: 'No maintenance windows yet',
  empty: 'A service without a window can be changed at any time. Give the critical ones a window.',
  example: 'Payments weeknights  ·  22:00 – 04:00  ·  every day',
};

export const blackouts = {
  ...shared,
  path: '/blackouts',
  title: 'Blackouts',
  label: 'Blackouts',
  help: 'When nothing may move. A blackout beats a maintenance window; a rollback may still run.',
  new: 'New blackout',
  newTitle: 'New blackout',
  editTitle: 'Edit the blackout',
  create: 'Add the blackout',
  removeHelp: 'Work that it blocked can be scheduled again.',
  emptyTitle: 'No blackouts',
  empty: 'Add one for a month end, a holiday season or an event, and say why.',
  example: 'Month-end closing  ·  Fri 18:00 – Sat 14:00  ·  General ledger',
};

export type BandWords = typeof windows;
export const ENVIRONMENTS = ['production', 'staging', 'test', 'development'];
export const REPEATS = ['none', 'daily', 'weekly'];
