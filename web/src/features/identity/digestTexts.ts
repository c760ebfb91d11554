// Words of the page of the digest of releases.

export const DAYS = [
  { value: 'monday', label: 'Monday' },
  { value: 'tuesday', label: 'Tuesday' },
  { value: 'wednesday', label: 'Wednesday' },
  { value: 'thursday', label: 'Thursday' },
  { value: 'friday', label: 'Friday' },
  { value: 'saturday', label: 'Saturday' },
  { value: 'sunday', label: 'Sunday' },
];

export const HOURS = Array.from({ length: 24 }, (_, hour) => ({
  value: String(hour),
  label: `${String(hour).padStart(2, '0')}:00`,
}));

export const digestTexts = {
  title: 'Digest of releases',
  help: 'Once a week, in one notice: where the releases stand that you want to follow.',
  on: 'I want a digest of releases',
  types: 'Types of release',
  typesHelp: 'The releases of these types.',
  weekday: 'Day',
  hour: 'Time',
  zone: (zone: string) => `By the clock of ${zone}.`,
  save: 'Save',
  saved: 'Saved',
  noAddress:
    'Your account has no e-mail address: the digest reaches you in the page only. An administrator can add it.',
  what: 'What it tells',
  whatList: [
    'Releases under way.',
    'Releases that begin within 90 days.',
    'Releases that ended within the last 7 days.',
  ],
  each: 'Of each: its state and window, whether the go is given, its risk, how many of its changes are ready, the open conflicts, and the link to its summary.',
  none: 'In a week without any, nothing is sent.',
};
