// Words of the deployments page.

export const DEPLOYMENT = {
  title: 'Deployments',
  meta: 'What is under way, and what was last.',
  release: 'Release',
  type: 'Type',
  state: 'State',
  steps: 'Steps',
  started: 'Started',
  window: 'Window',
  failed: (count: number) => `${count} failed`,
  emptyTitle: 'No deployment yet',
  empty:
    'When a release with a go and a committed window is started, its deployment shows here with ' +
    'the steps done so far.',
};
