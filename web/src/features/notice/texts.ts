// Words of the inbox and of the settings of notices.

export const AUDIENCES = [
  { value: 'customers', label: 'Customers' },
  { value: 'partners', label: 'Partners' },
  { value: 'support', label: 'Support' },
  { value: 'operations', label: 'Operations' },
  { value: 'marketing', label: 'Marketing' },
  { value: 'team', label: 'Team' },
];

export const audienceWord = (word: string | null | undefined) =>
  AUDIENCES.find((each) => each.value === word)?.label ?? word;

export const INBOX = {
  title: 'Notices',
  help: 'What you were told of releases that touch what you use, own or watch.',
  label: 'Your notices',
  readAll: 'Mark all as read',
  isNew: 'New',
  summary: (number: string) => `Summary of ${number}`,
  emptyTitle: 'Nothing was told to you yet',
  empty:
    'You are told of a release when you are in a user group of a service that it touches, when ' +
    'you own or carry it out, and when you watch it.',
  example: 'REL-17 on Sat 5 Dec 22:00: New ledger',
};

export const GROUPS = {
  title: 'User groups',
  help: 'Who uses which services. Each is told of releases that touch them, once, in their words.',
  new: 'New user group',
  edit: 'Edit',
  editTitle: 'Edit the user group',
  create: 'Add the user group',
  save: 'Save',
  saved: 'Saved',
  emptyTitle: 'No user groups yet',
  empty:
    'A user group says who has to do with some services: people with an account, e-mail ' +
    'addresses, or both. Notices of a release go to the groups of what it touches.',
  example: 'Shop owners  ·  Customers  ·  Online payments  ·  412 people',
  members: (count: number) => (count === 1 ? '1 person' : `${count} people`),
  noServices: 'No service: told only where a plan adds it.',
  fields: {
    name: 'Name',
    audience: 'In whose words',
    zone: 'Time zone of those without an account',
    services: 'Services that they have to do with',
    people: 'People with an account',
    addresses: 'E-mail addresses, one a line',
  },
};

export const CHANNELS = {
  title: 'Channels',
  help: 'How notices go out. What is secret goes in and is never shown again.',
  label: 'Channels',
  new: 'New channel',
  edit: 'Edit',
  editTitle: 'Edit the channel',
  create: 'Add the channel',
  save: 'Save',
  saved: 'Saved',
  emptyTitle: 'No channels yet',
  empty:
    'Without a channel notices are shown in the page alone. Add the mail server that you use, a ' +
    'Slack or Teams channel, or a program that takes signed requests.',
  example: 'Mail  ·  mail.example.org:587  ·  from changes@example.org',
  kinds: [
    { value: 'email', label: 'Mail server (SMTP)' },
    { value: 'slack', label: 'Slack' },
    { value: 'teams', label: 'Microsoft Teams' },
    { value: 'webhook', label: 'Webhook (Standard Webhooks)' },
  ],
  columns: {
    name: 'Name',
    kind: 'Kind',
    host: 'Reaches',
    audience: 'In whose words',
    waiting: 'Waiting',
    dead: 'Not delivered',
    do: 'Actions',
  },
  off: 'Off',
  test: 'Test',
  testTitle: (name: string) => `Send a test by ${name}`,
  testHelp: 'A message that says what it is goes out at once.',
  testSend: 'Send the test',
  testTo: 'To',
  testToHelp: 'Your own address when left empty.',
  everyone: 'everyone, by address',
  fields: {
    name: 'Name',
    kind: 'Kind',
    host: 'Host of the mail server',
    port: 'Port',
    security: 'Connection',
    user: 'User',
    password: 'Password',
    from: 'Mails are from',
    url: 'Address',
    secret: 'Key',
    audience: 'In whose words',
    zone: 'Time zone of its times',
    services: 'Only releases that touch these services',
    off: 'Nothing goes out by it',
  },
  helpOf: {
    kept: 'One is kept. Leave it empty to keep it.',
    url: 'The incoming webhook that the receiver gives you. It is kept secret.',
    secret: 'Requests are signed with it: whsec_ and base64.',
    services: 'All releases when none is named.',
  },
  securities: [
    { value: 'starttls', label: 'STARTTLS' },
    { value: 'tls', label: 'TLS' },
    { value: 'none', label: 'In the open, for this machine only' },
  ],
};
