// What is said of the plan file of a release.
export const PLAN_FILE = {
  title: 'Carried out by itself',
  emptyTitle: 'Carried out by hand',
  empty:
    'Without a plan, people do each change and report it. A plan is a file of steps that call, ' +
    'wait, watch and ask people, in parallel where they can, each with its way back.',
  start: 'Start a plan from the changes',
  help:
    'A table for each step: what it needs, which change it belongs to, and how it is taken back. ' +
    'It is checked when it is saved, and is part of what is approved.',
  readOnly: 'The plan as it is pinned on the release.',
  text: (release: string) => `Plan of ${release}`,
  edited: 'Edited, not saved',
  save: 'Save the plan',
  check: 'Check',
  discard: 'Discard what is edited',
  takeAway: 'Carry it out by hand instead',
  saved: 'Plan saved',
  sound: 'The plan is sound',
  flaws: (count: number) =>
    count === 1 ? 'It cannot be carried out yet:' : `${count} things stand in the way:`,
  place: (line: number, column: number) => `Line ${line}, column ${column}:`,
  order: 'The order that it makes',
};
