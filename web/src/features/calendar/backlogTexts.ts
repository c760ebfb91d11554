// Words of the plan of the backlog.
export const backlog = {
  open: 'Plan the backlog',
  title: 'Plan of the backlog',
  help: 'A slot for each record that waits for a date. Nothing is saved before you take it.',
  back: 'Calendar',
  minutes: 'A change takes',
  minutesHelp: 'Where it never had a window',
  after: 'Not before',
  label: 'Slots in the order in which they were found',
  takeAll: (count: number) => (count === 1 ? 'Take the one slot' : `Take all ${count} slots`),
  take: 'Take it',
  takeLabel: (number: string, window: string) => `Take ${window} for ${number}`,
  earlier: (number: string) => `${number} comes earlier in the backlog`,
  later: (number: string) => `${number} comes later in the backlog`,
  waits: (numbers: string) => `after ${numbers}`,
  truncated: 'More wait for a date than one plan holds. Take these, and plan again.',
  emptyTitle: 'Nothing waits for a date.',
  empty:
    'Changes and releases without a window stand here, and those whose window passed unused, until they have a slot.',
  taken: (count: number) => (count === 1 ? '1 window set' : `${count} windows set`),
  refused: (number: string, why: string) => `${number}: ${why}`,
};
