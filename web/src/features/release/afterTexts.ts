// The words of what comes beside and after a release: its review, what it reaches, its notes, the
// proposal of its type, and the question afterwards.

export const REVIEW = {
  none: 'No review yet',
  noneHelp: 'Every release closes with a review. It opens by itself when the deployment is over.',
  open: 'Open the review',
};

export const BLAST = {
  title: 'Blast radius',
  services: 'Services touched',
  cis: 'CIs touched',
  reachedServices: 'Services that need them',
  reachedCis: 'CIs that need them',
  nothing: 'None',
  since: 'Incidents there since',
  none: 'None since the deployment began.',
  more: (count: number) => ` and ${count} more`,
  truncated: 'There are more incidents than are shown.',
  causality: (label: string | null | undefined, hours: number) =>
    label === 'explicit'
      ? 'Linked by somebody.'
      : label === 'inferred'
        ? `Inferred: it began within ${hours} h of the deployment.`
        : 'It began later than that.',
};

export const NOTES = {
  title: 'Release notes',
  none: 'None written. They are drafted from the record: its changes, what customers meet, their links, and what is known of its services.',
  internal: 'Write for people here',
  customers: 'Write for customers',
  audiences: { internal: 'People here', customers: 'Customers' } as Record<string, string>,
};

export const PROPOSED = {
  title: 'Proposed type',
  changes: 'Changes that are to travel in it',
  help: 'They say which type fits, and are attached once the release is there.',
  fits: (type: string, reason: string) => `${type} fits: ${reason}.`,
  use: 'Use it',
  refused: (change: string, why: string) => `${change} could not join: ${why}`,
};

export const SURVEY = {
  title: 'How was it?',
  ask: 'How content are you with this release?',
  mine: (score: number) => `You answered ${score} of 5. Thank you.`,
  answered: 'Answered',
  of: (answered: number, asked: number) => `${answered} of ${asked} asked`,
  mean: 'Mean',
  until: 'Answers until',
  words: 'In words',
};
