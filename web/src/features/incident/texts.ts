// Words of the incident pages.

export const texts = {
  title: 'Incidents',
  back: 'Incidents',
  newTitle: 'New incident',
  label: 'Incidents',
  search: 'Title or number',
  others: { ci: 'CI', caused_by: 'Caused by' },
  new: 'New incident',
  columns: {
    title: 'Incident',
    priority: 'Priority',
    state: 'State',
    opened: 'Opened',
    lasted: 'Lasted',
    ci: 'CI',
    cause: 'Caused by',
    source: 'Source number',
  },
  stillOpen: (text: string) => `${text}, still open`,
  emptyTitle: 'No incidents',
  empty:
    'An incident says what broke, when, and on which CIs. Naming the change that caused it is what makes the figures of changes honest.',
  example: 'INC-1  Card payments time out  ·  priority 1  ·  caused by CHG-12',
  noMatch: 'No incident matches these filters',
  noMatchHelp: 'Loosen a filter, or look for a number or a word of the title.',
  create: 'Record the incident',
  createNext: 'It stands in the list at once; everything can still be edited there.',
  save: 'Save',
  saved: 'Saved',
  edit: 'Edit',
  sections: { what: 'What happened', when: 'When', where: 'What is hit', who: 'Who and why' },
  fields: {
    title: 'Title',
    description: 'What is known',
    priority: 'Priority',
    state: 'State',
    opened_at: 'Began',
    resolved_at: 'Service restored',
    services: 'Services hit',
    cis: 'CIs hit',
    assignee: 'Worked on by',
    caused_by: 'Caused by change',
    source: 'Imported from',
    lasted: 'Lasted',
  },
  help: {
    caused_by: 'Only when it is known, not when it is guessed.',
    resolved_at: 'Left empty while it lasts.',
  },
  priorities: ['1 – worst', '2 – high', '3 – medium', '4 – low', '5 – least'],
  about: 'What is known',
  facts: 'Facts',
  hit: 'What is hit',
  none: 'None named',
  tabsLabel: 'Parts of the incident',
  tabs: { overview: 'Overview', history: 'History' },
  verbs: { resolve: 'Mark as resolved', close: 'Close', reopen: 'Open again' },
};

export const NEAR = {
  title: 'Changed lately near here',
  within: 'How far back',
  hours: (hours: number) => (hours <= 72 ? `${hours} hours before` : `${hours / 24} days before`),
  none: (cis: number) =>
    cis === 0
      ? 'Name a CI or a service that is hit: then what was changed there is found.'
      : `Nothing was changed on the ${cis} CIs hit, needed or needing, in this time.`,
  link: 'Name as the cause',
  linked: 'Named as the cause',
  isCause: 'Named as the cause',
  more: (count: number) => `Show ${count} more`,
  truncated: 'There is more than is shown: look less far back.',
  causality: {
    explicit: () => 'linked by somebody',
    rollback: () => 'taken back since',
    inferred: (hours: number) => `inferred: same place within ${hours} h`,
  } as Record<string, (hours: number) => string>,
};

export const STATES = ['open', 'resolved', 'closed'];
export const PRIORITIES = ['1', '2', '3', '4', '5'];
