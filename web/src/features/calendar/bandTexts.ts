// Words of the pages of the periods: windows, peak hours, blackouts, business events, sprints.
const shared = {
  columns: {
    name: 'Name',
    when: 'When',
    repeats: 'Repeats',
    next: 'Next',
    services: 'Services',
    environment: 'Environment',
    do: 'Actions',
  },
  all: 'All',
  allServices: 'All services',
  runs: (end: string) => `now, until ${end}`,
  edit: 'Edit',
  remove: 'Remove',
  save: 'Save',
  saved: 'Saved; conflicts were looked for again',
  removed: 'Removed; conflicts were looked for again',
  removeTitle: (name: string) => `Remove ${name}`,
  fields: {
    name: 'Name',
    reason: 'Why',
    services: 'Services',
    environment: 'Environment',
    window: 'First time',
  },
  servicesHelp: 'Left empty, it is for all services.',
  environmentAny: 'Left empty, it is for all environments.',
};

export const preview = {
  title: 'What this would mean',
  waiting: 'Say when, and the next times and what they hit are shown here.',
  next: 'Next times',
  none: 'It has no time still to come.',
  forward: (minutes: number) => `clocks go forward ${minutes} min`,
  back: (minutes: number) => `clocks go back ${minutes} min`,
  hits: (count: number, blocking: number) =>
    `It hits ${count === 1 ? '1 record' : `${count} records`}, ${blocking} of them would be blocked.`,
  noHits: 'It hits nothing that is planned.',
  nextFree: (text: string) => `free next ${text}`,
  truncated: 'There are more records to come than one answer looks at.',
  committed: 'committed',
  planned: 'planned',
  blocking: 'would be blocked',
  warning: 'would be warned',
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

export const peaks = {
  ...shared,
  path: '/peaks',
  title: 'Peak hours',
  label: 'Peak hours',
  help: 'When a service is busiest. A change to it in that time is warned of, and not blocked.',
  new: 'New peak hours',
  newTitle: 'New peak hours',
  editTitle: 'Edit the peak hours',
  create: 'Add the peak hours',
  removeHelp: 'Work in that time is no longer warned of.',
  emptyTitle: 'No peak hours yet',
  empty: 'Name the hours in which a service can least bear a change, and for which service.',
  example: 'Booking mornings  ·  07:30 – 10:00  ·  on weekdays',
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

export const events = {
  ...shared,
  path: '/business-events',
  title: 'Business events',
  label: 'Business events',
  help: 'When the business counts on a service. A change to it in that time is warned of; policy may have it block.',
  new: 'New business event',
  newTitle: 'New business event',
  editTitle: 'Edit the business event',
  create: 'Add the business event',
  removeHelp: 'Work in that time is no longer warned of.',
  emptyTitle: 'No business events yet',
  empty: 'Add a sale, an opening or a closing date, and name the services that it counts on.',
  example: 'Winter sale  ·  27 – 31 Dec  ·  Payments',
};

export const sprints = {
  ...shared,
  path: '/sprints',
  title: 'Development sprints',
  label: 'Development sprints',
  help: 'When teams develop, shown on the calendar beside what is planned. A sprint is never a conflict.',
  new: 'New sprint',
  newTitle: 'New development sprint',
  editTitle: 'Edit the development sprint',
  create: 'Add the sprint',
  removeHelp: 'It is no longer shown on the calendar. Nothing else changes.',
  emptyTitle: 'No sprints yet',
  empty: 'Add the first one and how it repeats, such as every two weeks.',
  example: 'Sprint  ·  Mon 09:00 – Fri 17:00  ·  every 2 weeks',
};

export type BandWords = typeof windows;
export const ENVIRONMENTS = ['production', 'staging', 'test', 'development'];
