// Words of the models page.

export const POLICY = {
  title: 'Models',
  meta: 'The types of releases and changes in force: their states and the approval they ask for.',
  releases: 'Releases',
  changes: 'Changes',
  states: 'States',
  approval: 'Approval',
  noApproval: 'No approval is asked for.',
  version: (version: string) => `version ${version}`,
  source: 'The file, as it is kept',
  emptyTitle: 'No models',
  empty: 'Models are files of the server; without one no record can be made.',
};
