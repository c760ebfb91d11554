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
  all: 'All events',
  empty: 'Nothing has been written yet',
  emptyHelp:
    'Each command that is carried out, and each that is refused for a reason, stands here.',
  none: (subject: string) => `Nothing is known of ${subject}`,
  noneHelp: 'Give the number of a record, such as CHG-12 or REL-3.',
};
