// Words of the page of gates.

export const texts = {
  title: 'Gates',
  meta: 'What pipelines were answered last: may these bytes go to this environment now?',
  filter: 'Answer',
  all: 'All',
  verdicts: ['allow', 'wait', 'deny'],
  noMatch: 'No gate answers so',
  emptyTitle: 'No pipeline has asked yet',
  empty:
    'A pipeline asks before it deploys, with the command “interlock gate check”, over HTTP, or by a deployment ' +
    'protection rule of GitHub. The answer is bound to the digest in the package of a release or ' +
    'to the artifacts of a change.',
  example: 'allow  ·  booking-api to production  ·  REL-17  ·  until 23:00',
};
