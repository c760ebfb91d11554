// Words of the deployments page, of a run, and of the way back at three in the morning.

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
  updateOverdue: 'Status update overdue',
  emptyTitle: 'No deployment yet',
  empty:
    'When a release with a go and a committed window is started, its deployment shows here with ' +
    'the steps done so far.',
};

export const RUN = {
  startedBy: (name: string) => `Started by ${name}`,
  phase: {
    new: 'About to begin',
    running: 'Under way',
    finished: 'Every step is done',
    stopped: 'Stopped',
    rolling_back: 'Being taken back',
    rolled_back: 'Taken back',
    given_up: 'Way back given up',
  } as Record<string, string>,
  paused: 'Paused',
  ending: (why: string) => `It ends before its time: ${why}`,
  keys: 'Deployment',
  openBack: 'The way back, large',
  wayBack: 'The way back',
  openRelease: 'The release',
  figures: 'Time',
  clock: 'Window',
  forward: 'Forward',
  forwardHelp: 'until the last step is done',
  back: 'Back',
  backHelp: 'to take back what is reached',
  fits: 'A rollback fits until',
  fitsNot: 'no longer fits in the window',
  noReturn: 'Point of no return',
  noReturnIn: (minutes: string) => `in ${minutes}`,
  noReturnNone: 'none ahead',
  graph: 'Steps in the order of their needs',
  list: 'Steps, one by one',
  waits: 'It waits for',
  waitsNothing: 'It waits for nobody.',
  sent: {
    pause: 'paused',
    resume: 'goes on',
    abort: 'is being stopped',
    retry: 'tries it again',
    skip: 'leaves it out',
    decide: 'decision noted',
    rollback: 'rollback decided',
    report: 'report noted',
    'give-up': 'way back given up',
  } as Record<string, string>,
};

export const VERB = {
  pause: 'Pause',
  resume: 'Go on',
  abort: 'Stop it',
  rollback: 'Roll back',
  giveUp: 'Give the way back up',
  retry: 'Try again',
  skip: 'Leave it out',
  continue: 'Go on',
  done: 'Done',
  failed: 'Failed',
  signed: 'Sign off',
  refused: 'Refuse',
  wasDone: 'It was done',
  hasFailed: 'It failed',
  notBegun: 'It had not begun',
  mended: 'Done by hand',
  takenBack: 'Taken back',
};

/** The dialogs that ask why. */
export const ASK = {
  abortTitle: 'Stop the run',
  abortHelp:
    'Nothing new begins. It ends once nothing is in flight; what was reached stands until ' +
    'someone takes it back.',
  abortLabel: 'Why it is stopped',
  skipTitle: (step: string) => `Leave ${step} out`,
  skipHelp: 'What needs it goes on without it. If it was tried, it is taken back all the same.',
  skipLabel: 'Why it may be left out',
  failedTitle: (step: string) => `Report that ${step} failed`,
  failedLabel: 'What happened',
  giveUpHelp:
    'What was not taken back stands, and is recorded so. The release ends as failed, with a ' +
    'review that names the cause.',
  giveUpLabel: 'Why it cannot be completed',
  continueTitle: 'Go on all the same',
  continueLabel: 'Why it is safe to go on',
  rollbackTitle: (release: string) => `Take ${release} back`,
  rollbackLabel: 'Why it is rolled back',
  rollbackSubmit: 'Decide the rollback',
};

export const BACK = {
  whole: 'All of it',
  part: 'Only some changes',
  how: 'How far',
  which: 'Changes to take back',
  drags: (changes: string) => `With them goes ${changes}, which needs them.`,
  stands: 'This stands, and cannot be taken back:',
  wouldTake: (count: number) =>
    count === 1
      ? '1 step would be taken back:'
      : `${count} steps would be taken back, in this order:`,
  asFar: 'Take back what comes behind it',
  minutes: (minutes: string) => `${minutes} to take it back.`,
};

export const DECISION = {
  title: 'Go on, or take it back?',
  asked: 'A decision is asked for.',
  owner: (name: string) => `${name} decides.`,
  nobody: 'No owner is named: whoever may roll back decides.',
  default: {
    continue: 'Without an answer it goes on at',
    rollback: 'Without an answer it is taken back at',
  } as Record<string, string>,
  left: 'left',
  over: 'now',
};

export const TRIGGER = {
  title: 'Watched in the background',
  watched: 'until its effect is verified',
  over: 'not watched any more',
  value: {
    good: 'is good since',
    bad: 'is bad since',
    no_data: 'has no data since',
    none: 'was not looked at yet',
  } as Record<string, string>,
  fires: {
    rollback: 'Should it stay so, all is taken back',
    ask: 'Should it stay so, a decision is asked for',
    note: 'It is only shown.',
  } as Record<string, string>,
  fired: {
    rollback: 'All is taken back because of it.',
    ask: 'A decision was asked for because of it.',
    note: 'It is only shown.',
  } as Record<string, string>,
};

export const WAIT = {
  decision: 'The decision above',
  act: { forward: 'Do this, and report it', back: 'Take this back, and report it' } as Record<
    string,
    string
  >,
  signoff: 'Sign this off',
  tell: 'Nobody knows what became of this: look, and say',
  mend: 'This could not be taken back: try again, leave it, or give up',
  resume: 'It is paused: someone lets it go on',
};

export const STEP = {
  forward: {
    waiting: 'Not begun yet',
    running: 'Under way',
    uncertain: 'Nobody knows what became of it',
    retrying: 'Tried again soon',
    done: 'Done',
    failed: 'Failed',
    skipped: 'Left out',
    not_begun: 'Never began',
  } as Record<string, string>,
  back: {
    waiting: 'To be taken back',
    running: 'Being taken back',
    uncertain: 'Nobody knows whether it is taken back',
    retrying: 'Taken back again soon',
    done: 'Taken back',
    failed: 'Could not be taken back',
    skipped: 'Left as it is',
    not_begun: 'Nothing to take back',
  } as Record<string, string>,
  undo: {
    nothing: 'Nothing to take back',
    reversible: 'Can be taken back',
    compensating: 'Taken back by a counter-step',
    irreversible: 'Cannot be taken back',
    point_of_no_return: 'Point of no return',
  } as Record<string, string>,
  attempt: (count: number) => `attempt ${count}`,
  began: 'began',
  next: {
    running: 'counts as lost',
    uncertain: 'is asked about',
    retrying: 'is tried again',
  } as Record<string, string>,
  waitOver: 'is over',
  after: (keys: string) => `after ${keys}`,
  output: 'What came of it',
  answers: (step: string) => `Answers about ${step}`,
};

/** What a command says. */
export const OUTPUT = {
  title: (attempt: number) => (attempt === 1 ? 'Output' : `Output of attempt ${attempt}`),
  of: (step: string, attempt: number) => `Output of ${step}, attempt ${attempt}`,
  nothingYet: 'It has said nothing yet.',
  nothing: 'It said nothing.',
  copy: 'Copy the output',
};

/** The page for three in the morning. */
export const NIGHT = {
  title: (release: string) => `The way back of ${release}`,
  asOf: 'As of',
  ago: (age: string) => `${age} ago`,
  fresh: 'just now',
  unreachable: 'The server cannot be reached. What you see is old.',
  reload: 'Read it anew',
  now: 'What happens now',
  limits: 'Know this first',
  nothingKnown: 'No limit is known, and everything that is reached can be taken back.',
  decide: 'The decision',
  noDecision: 'There is nothing to decide.',
  doNow: 'Do this now',
  checklist: 'The way back',
  checklistWould: 'What a rollback would do',
  checklistNone: 'Nothing is reached yet: there is nothing to take back.',
  hold: 'Hold',
  holdHelp: 'Begins nothing new until someone lets it go on.',
  takes: 'takes',
  doneBy: 'done by',
  fits: 'fits until',
  left: 'left in the window',
  over: 'past the end of the window',
  running: (steps: string) => `Under way: ${steps}.`,
  runningNothing: 'Nothing is in flight.',
  byHand: 'It is carried out by hand.',
  failedSteps: (steps: string) => `Failed: ${steps}.`,
  uncertain: 'Begun, not reported: look first what it did.',
  because: (why: string) => `Because: ${why}`,
  toRun: 'The whole run',
  toRelease: 'The whole release',
  state: {
    running: 'The deployment is under way.',
    finished: 'Every step is done; it is being verified.',
    verified: 'It is verified. Nothing is asked of you.',
    stopped: 'It was stopped. What was reached stands.',
    rolling_back: 'It is being taken back.',
    rolled_back: 'It is taken back. Nothing is asked of you.',
    rollback_failed: 'The way back was given up. What was not taken back stands.',
    given_up: 'The way back was given up. What was not taken back stands.',
  } as Record<string, string>,
};
