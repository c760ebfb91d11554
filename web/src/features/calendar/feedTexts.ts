// Words of the page of calendar feeds and external calendars.

export const feeds = {
  title: 'Feeds',
  help: 'What goes out to calendar programs and news readers, and what comes in from other calendars.',
  section: 'Your feeds',
  label: 'Your feeds',
  new: 'New feed',
  columns: { name: 'Feed', shows: 'Shows', do: 'Actions' },
  everything: 'Every change and release',
  kinds: {
    change: 'Changes',
    release: 'Releases',
    notice: 'Notices to you, for a news reader',
  } as Record<string, string>,
  revoke: 'Revoke',
  revokeTitle: (name: string) => `Revoke ${name}`,
  revokeHelp:
    'Its address stops working. Programs that read it then show nothing new. This is final.',
  revoked: 'Revoked',
  emptyTitle: 'No feeds yet',
  empty:
    'A feed is a secret address that Outlook, Google Calendar or Thunderbird subscribe to; a feed of your notices is for a news reader. It shows what you may see, planned and cancelled work too.',
  example: 'Payments, on call  ·  releases  ·  production',
  newTitle: 'New feed',
  create: 'Make the feed',
  fields: {
    name: 'Name in the programs that read it',
    service: 'Service',
    team: 'Team',
    environment: 'Environment',
    kind: 'Kind',
    board: 'Meetings of a board',
  },
  any: 'Left empty, it shows all.',
  noticeHelp: 'The newest 50 notices to you, in Atom, and nothing else.',
  boardHelp: 'Then it shows the meetings of this board, and nothing else.',
  meetings: (board: string) => `Meetings of ${board}`,
  addressTitle: 'Copy the address now',
  addressHelp:
    'It is shown this once. Whoever has it reads what you may read, until you revoke the feed.',
  addressGone:
    'The address was already handed out in an earlier answer. Revoke this feed and make a new one.',
};

export const external = {
  section: 'External calendars',
  label: 'External calendars',
  help: 'Audits, patch days and outages of others, read from iCalendar files and shown on the calendar. They block nothing.',
  new: 'Read a file',
  columns: { name: 'Calendar', entries: 'Entries', read: 'Read', do: 'Actions' },
  remove: 'Remove',
  removeTitle: (name: string) => `Remove ${name}`,
  removeHelp: 'Its entries leave the calendar. The file can be read again.',
  removed: 'Removed',
  emptyTitle: 'No external calendars yet',
  empty: 'Read an .ics file that an auditor, a provider or another team publishes.',
  example: 'Interim audit  ·  4 entries  ·  read today',
  newTitle: 'Read an iCalendar file',
  create: 'Read the file',
  fields: { name: 'Name of the calendar', file: 'File (.ics)' },
  nameHelp: 'A file under the same name replaces what was read before.',
  choose: 'Choose a file',
  done: (entries: number) => `Read: ${entries === 1 ? '1 entry' : `${entries} entries`}`,
  skippedTitle: (count: number) => (count === 1 ? '1 event left out' : `${count} events left out`),
  skippedHelp: 'All others were taken over.',
  line: (line: number) => `Line ${line}`,
  close: 'Close',
};
