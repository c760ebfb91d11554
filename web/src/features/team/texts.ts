// Words of the team page.

export const texts = {
  title: 'Teams',
  label: 'Teams',
  new: 'New team',
  people: (count: number) => (count === 1 ? '1 person' : `${count} people`),
  emptyTitle: 'No teams yet',
  empty: 'A team owns changes, releases and services. Its people are told, and can be found by it.',
  example: 'Payments  ·  5 people  ·  runs cards and instant payments',
  newTitle: 'New team',
  editTitle: 'Edit the team',
  create: 'Add the team',
  save: 'Save',
  saved: 'Saved',
  edit: 'Edit',
  fields: { name: 'Name', description: 'What it does', members: 'People' },
  changes: 'Its changes',
  releases: 'Its releases',
  noMembers: 'Nobody belongs to it yet.',
};
