// Words of the knowledge pages.

export const KB = {
  title: 'Knowledge',
  meta: 'Release notes, workarounds, known limitations and guides, for people here and for customers.',
  label: 'Articles',
  search: 'Title, number or words of the text',
  new: 'New article',
  newTitle: 'New article',
  emptyTitle: 'No articles',
  empty:
    'An article tells how to live with what is broken, what does not work yet, how something is done, or what a release brings. Someone other than its author approves it before it is published.',
  example: 'KB-3  A payment hangs in “authorised”  ·  workaround  ·  version 2',
  noMatch: 'No article matches these filters',
  noMatchHelp: 'Loosen a filter, or look for a word of the text.',
  columns: {
    title: 'Article',
    kind: 'Kind',
    audience: 'For',
    state: 'State',
    version: 'Version',
    release: 'Release',
    updated: 'Changed',
  },
  fields: {
    title: 'Title',
    kind: 'Kind',
    audience: 'For whom',
    body: 'Text',
    bodyHelp: 'In Markdown.',
    services: 'Services it is about',
    servicesHelp: 'A workaround or a limitation is shown where these services are touched.',
    release: 'Release',
  },
  audiences: { internal: 'People here', customers: 'Customers' } as Record<string, string>,
  create: 'Write it down',
  createNext: 'It is a draft. Someone else approves it, then it is published.',
  save: 'Save',
  saved: 'Saved',
  verb: {
    edit: 'Edit',
    approve: 'Approve',
    publish: 'Publish',
    retire: 'Take out of force',
  },
  done: { approve: 'approved', publish: 'published', retire: 'taken out of force' } as Record<
    string,
    string
  >,
  retireHelp: 'Readers do not find it where it applies any more. Say why.',
  text: 'Text',
  newest: 'Newest text',
  facts: 'Facts',
  authors: 'Written by',
  approvedBy: 'Approved by',
  inForce: 'In force',
  versionOf: (version: number) => `Version ${version}`,
  notInForce: 'Not published',
  versions: 'Versions',
  noVersions: 'Nothing was published yet.',
  compareWith: 'Compared with',
  before: 'the text before',
  noDifference: 'Nothing differs.',
  added: 'added',
  removed: 'removed',
  exported: 'As Markdown',
  retired: 'Out of force',
  tabsLabel: 'Parts of the article',
  tabs: { text: 'Text', difference: 'What differs', history: 'History' },
};

export const KINDS = ['guide', 'workaround', 'known_limitation', 'release_notes'];
export const AUDIENCES = ['internal', 'customers'];
export const STATES = ['draft', 'approved', 'published', 'retired'];
