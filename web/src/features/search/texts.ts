// Words of the search page.

export const texts = {
  title: 'Search',
  field: 'Search in all records',
  placeholder: 'A number, a name, or words of a title or text',
  kind: 'Kind of record',
  all: 'All',
  kinds: {
    change: 'Changes',
    release: 'Releases',
    incident: 'Incidents',
    review: 'Reviews',
    meeting: 'Meetings',
    article: 'Articles',
    exception: 'Exceptions',
    service: 'Services',
    ci: 'CIs',
  } as Record<string, string>,
  one: {
    change: 'Change',
    release: 'Release',
    incident: 'Incident',
    review: 'Review',
    meeting: 'Meeting',
    article: 'Article',
    exception: 'Exception',
    board: 'Board',
    service: 'Service',
    ci: 'CI',
  } as Record<string, string>,
  found: (count: number) => (count === 1 ? '1 record found' : `${count} records found`),
  start: 'Search all records',
  startHelp:
    'Records of every kind are found by their number, their name, and the words written in them: plans, tasks and remarks too.',
  nothing: (text: string) => `Nothing found for “${text}”`,
  nothingHelp: 'Try fewer or shorter words, or another kind of record.',
};

export const KINDS = [
  'change',
  'release',
  'incident',
  'review',
  'meeting',
  'article',
  'exception',
  'service',
  'ci',
];
