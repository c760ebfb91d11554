// Words of the release pages.
import { FIELDS } from '@/ui/fieldNames';

export const RELEASE = {
  list: 'Releases',
  inLog: 'In the log',
  evidencePage: 'Evidence to read',
  evidencePack: 'Evidence with proofs',
  packHelp:
    'A file that proves each event. It is checked on the audit page or with interlock audit verify.',
  board: 'Board',
  boardTitle: 'Releases by phase',
  asList: 'List',
  create: 'New release',
  createTitle: 'New release',
  createHelp:
    'A release is made first; changes are attached to it afterwards. It owns the window, the ' +
    'go or no-go and the rollback decision for all of them.',
  createSubmit: 'Create release',
  createNext: 'It opens in planning. Attach its changes there, then submit it.',
  created: (number: string) => `${number} created`,
  saved: 'Saved',
  search: 'Number, title, text',
  mine: 'Mine',
  emptyTitle: 'No releases yet',
  empty: 'A release bundles changes that go live together: one window, one approval, one way back.',
  noMatch: 'No release matches these filters',
  noCards: 'None',
  moreCards: 'More in the list',
  phases: [
    'planning',
    'build',
    'test',
    'approval',
    'deployment',
    'verification',
    'review',
    'closed',
  ],
  types: ['major', 'minor', 'emergency'],
  environments: ['production', 'staging', 'test', 'development'],
};

export const COLUMN = {
  release: 'Release',
  type: 'Type',
  phase: 'Phase',
  window: 'Window',
  changes: 'Changes',
  risk: 'Risk',
  conflicts: 'Conflicts',
  owner: 'Owner',
  team: 'Team',
  updated: 'Updated',
};

export const FIELD = {
  title: FIELDS.title,
  titleHelp: 'What goes live, in one line.',
  type: FIELDS.type,
  typeHelp: 'Decides states and approval. It cannot be changed later.',
  description: FIELDS.description,
  objectives: FIELDS.objectives,
  objectivesHelp: 'One a line. The review judges the release against them.',
  kpis: FIELDS.kpis,
  kpisHelp: 'One a line, as “measure: target”. Example: error rate: below 0.1 %',
  milestones: FIELDS.milestones,
  milestoneName: 'What is reached',
  milestoneAt: 'When',
  milestoneWaits: 'once there is a window',
  milestoneReached: 'Reached',
  milestoneBefore: (hours: number) => `${hours} h before the window`,
  milestoneAfter: (hours: number) => `${hours} h after the window`,
  addMilestone: 'Add milestone',
  package: FIELDS.package,
  packageHelp:
    'What is shipped. An artifact needs its digest before submission. A service or CI that is ' +
    'named shows the version once the release is verified.',
  packageService: 'Service',
  runsOn: (service: string, ci: string) => `for ${[service, ci].filter(Boolean).join(' and ')}`,
  packageCi: 'CI, by name',
  reviewDue: 'Review due',
  addPackage: 'Add item',
  packageKind: 'Kind',
  packageName: 'Name',
  packageVersion: 'Version',
  packageDigest: 'Digest',
  resources: FIELDS.resources,
  rollout: FIELDS.rollout,
  rolloutHelp: 'How it reaches its users, in phases.',
  contingency: FIELDS.contingency,
  contingencyHelp: 'What is done when it does not go as planned.',
  rollbackNote: FIELDS.rollback_note,
  rollbackNoteHelp:
    'Beyond the backout plan of each change, such as order or a point of no return.',
  environment: FIELDS.environment,
  owner: FIELDS.owner,
  ownerHelp: 'Answers for it and decides on rollback.',
  manager: FIELDS.release_manager,
  team: FIELDS.team,
  members: 'Release team',
  tags: FIELDS.tags,
  window: FIELDS.window,
  windowHelp: 'Attached changes take this window and follow when it moves.',
  basics: 'Basics',
  when: 'When',
  people: 'People',
  plan: 'Plan',
  goals: 'Goals',
  save: 'Save',
};

export const VERB = {
  advance: (state: string) => `Move to ${state}`,
  submit: 'Submit for approval',
  approve: 'Approve',
  reject: 'Reject',
  abstain: 'Abstain',
  schedule: 'Schedule',
  reschedule: 'Move the window',
  extend: 'Ask for a longer window',
  deploy: 'Start deployment',
  finish: 'Finish deployment',
  finishWithout: 'Go on without what failed',
  verify: 'Verify',
  rollback: 'Roll back',
  giveUp: 'Give the rollback up',
  close: 'Close',
  hold: 'Put on hold',
  resume: 'Resume',
  cancel: 'Cancel release',
  clone: 'Clone',
  edit: 'Edit',
  scope: 'Attach changes',
  review: 'Open the review',
};

/** What a verb has done, said once it is done. */
export const DONE: Record<string, string> = {
  advance: 'moved on',
  submit: 'submitted for approval',
  approve: 'approved',
  reject: 'rejected',
  abstain: 'abstained',
  'condition/meet': 'condition marked met',
  schedule: 'window committed',
  extend: 'longer window asked for',
  deploy: 'deployment started',
  verify: 'verification noted',
  rollback: 'rollback decided',
  give_up: 'rollback given up',
  close: 'closed',
  hold: 'on hold',
  resume: 'resumed',
  cancel: 'cancelled',
};

export const TAB = {
  overview: 'Overview',
  scope: 'Scope',
  readiness: 'Readiness',
  plan: 'Plan and rollback',
  approvals: 'Approvals',
  conflicts: 'Conflicts',
  run: 'Run',
  notices: 'Notices',
  review: 'Review',
  talk: 'Tasks and comments',
  history: 'History',
};

export const SCOPE = {
  attach: 'Attach changes',
  attachTitle: 'Attach changes',
  losesWindow: 'loses its own window',
  attachHelp: 'They take the window of this release and keep their own technical detail.',
  attachSearch: 'Number, title, text',
  attachPick: 'Changes',
  attachSubmit: (count: number) => (count === 0 ? 'Attach' : `Attach ${count}`),
  attachNone: 'No change matches. Try its number or a word of its title.',
  attachEmpty: 'No change waits for its work. Raise one first.',
  attached: (count: number) => (count === 1 ? '1 change attached' : `${count} changes attached`),
  elsewhere: (release: string) => `Travels in ${release}`,
  tooLate: (phase: string) => `Its work has begun or is over: ${phase}`,
  detach: 'Detach',
  moveUp: 'Move up',
  moveDown: 'Move down',
  moved: (title: string, place: number, all: number) => `${title} is now ${place} of ${all}`,
  orderHelp: 'Deployed from top to bottom, taken back from bottom to top. Drag, or Alt with ↑ ↓.',
  emptyTitle: 'No change attached yet',
  empty:
    'A release without a change cannot be submitted. Attach the changes that go live together.',
};

export const STATEMENT = {
  owner: 'Scope owner',
  ownerNone: 'Nobody is named: whoever plans the release decides.',
  ownerTitle: 'Who decides about the scope',
  ownerHelp: 'One person decides between the teams. As long as nobody is named, planners do.',
  freeze: 'Freeze the scope',
  unfreeze: 'Open the scope again',
  freezeHelp:
    'From now on a change joins with an exception only. Taking changes out stays possible.',
  unfreezeHelp: 'Changes may join again. A date at which it would freeze is taken away.',
  freezeAt: 'Set a date',
  freezeAtTitle: 'Freeze from a date',
  freezeAtLabel: 'Frozen from',
  frozen: 'Frozen',
  open: 'Open: changes may join',
  freezes: 'Freezes',
  independent: 'Handled independently',
  excluded: 'Left out on purpose',
  noneIndependent: 'What this release needs and others deliver. Nothing is named yet.',
  noneExcluded: 'What people might expect here and will not get, and why. Nothing is named yet.',
  addOutside: 'Add',
  outsideTitle: { independent: 'Handled independently', excluded: 'Left out on purpose' },
  outsideChange: 'A change, if there is one',
  outsideWhat: 'What it is',
  outsideReason: 'Why',
  remove: 'Remove',
  shared: 'Shared infrastructure',
  noneShared: 'No CI is needed by two changes, or worked on by another planned release.',
  sharedMore: 'More are shared than are shown.',
  teams: 'Teams',
  noneTeams: 'No team is named, by people or by a change.',
  owns: 'Owns',
  signsOff: 'Signs off',
  notStated: 'not stated yet',
  signOff: 'Sign off',
  signOffTitle: 'Sign off the part of the team',
  signOffHelp: 'It holds for the words and the changes as they are now.',
  signOffNote: 'A word to it',
  signed: 'Signed off',
  signAgain: 'Sign off again',
  notSigned: 'not signed off yet',
  proposed: 'Parts that may have to be handled',
  proposedHelp: 'What the CIs of the changes need, and what needs them. Nobody stated these yet.',
  partKind: {
    infrastructure: 'Infrastructure',
    application: 'Applications',
    third_party: 'Third parties',
  } as Record<string, string>,
  impact: 'Services of production that feel it',
  criticality: (number: number) => `criticality ${number}`,
  touched: 'touched by',
  rests: 'rests on what is touched by',
  addTeam: 'State a contribution',
  team: 'Team',
  order: 'Order among releases',
  after: 'Waits for',
  followers: 'Waited for by',
  noneOrder: 'It waits for no release, and none waits for it.',
  setOrder: 'Set what it waits for',
  orderHelp: 'It begins when these are over, and is deployed when they are verified.',
  verified: 'verified',
  notVerified: 'not verified',
  askJoin: 'Ask to join the frozen scope',
  askJoinHelp:
    'The scope is frozen. An exception lets one change join, or gain CIs and services. Name none to ask for what the package gains.',
  save: 'Save',
};

export const READINESS = {
  title: (blocked: number, waiting: number) =>
    blocked === 0 && waiting === 0
      ? 'Ready: nothing stands in the way'
      : [blocked && `${blocked} at stop`, waiting && `${waiting} waiting`]
          .filter(Boolean)
          .join(', '),
  kind: {
    scope: 'Release',
    change: 'Change',
    dependency: 'Waits for',
    task: 'Task',
    conflict: 'Conflict',
    team: 'Window',
    part: 'Part of a team',
    approval: 'Go or no-go',
    condition: 'Condition',
    milestone: 'Milestone',
    window: 'Window',
  } as Record<string, string>,
  who: 'Must act:',
  ways: 'Ways out',
  way: {
    drop: 'Drop',
    move: 'Move the release',
    exception: 'Ask for an exception',
  } as Record<string, string>,
  wouldBlock: (count: number) =>
    count === 0 ? 'nothing would be at stop' : `${count} would be at stop`,
  rollback: (now: number, then: number) => `rollback ${then} min instead of ${now}`,
  risk: (now: string, then: string) => `risk ${then} instead of ${now}`,
  votes: (count: number) =>
    count === 0 ? 'no vote is lost' : count === 1 ? '1 vote is void' : `${count} votes are void`,
  rest: (names: string) => `${names} rest on it`,
  slip: (names: string) => `${names} would begin later`,
};

export const AGREEMENT = {
  title: 'What the teams say of the window',
  state: {
    not_asked: 'Not asked',
    lapsed: 'Ask again',
    asked: 'Asked',
    accepted: 'Accepted',
    countered: 'Another window',
    refused: 'Refused',
  } as Record<string, string>,
  ask: 'Ask the teams',
  again: 'Ask again',
  askTitle: 'Ask about the window',
  askHelp: 'Every team that does not agree to the planned window yet is asked.',
  note: 'A word to them',
  about: 'Asked about',
  by: 'by',
  instead: 'proposes',
  accept: 'Accept',
  counter: 'Propose another',
  counterTitle: 'Propose another window',
  suits: 'A window that suits',
  why: 'Reason',
  refuse: 'Refuse',
  refuseTitle: 'Refuse the window',
  take: 'Take this window',
  done: {
    'window/ask': 'the teams are asked',
    'window/accept': 'accepted',
    'window/counter': 'another window is proposed',
    'window/refuse': 'refused',
    'window/take': 'the proposed window is taken',
  } as Record<string, string>,
};

export const PLAN = {
  forward: 'Forward',
  back: 'Back',
  forwardHelp: 'in this order',
  backHelp: 'in reverse, from the bottom',
  title: 'Deployment and the way back',
  rollbackMissing: 'No backout plan. The change cannot be submitted without one.',
  empty: 'The way forward and back is compiled from the attached changes. Attach one first.',
};

export const RUN = {
  notYetTitle: 'Not started',
  notYet:
    'Once it is approved and its window is committed, the deployment starts here: each change ' +
    'is reported done or failed, and the way back is always one button away.',
  steps: 'Steps',
  done: 'Done',
  failed: 'Failed',
  failedTitle: 'Report a failed step',
  failedNote: 'What happened',
  now: 'Now',
  clock: 'Window',
  notReached: 'Not reached',
  uncertain: 'Begun, not reported',
  checkFirst: 'Was begun, not reported: check what it did, and take it back',
  notBegun: 'It had not begun',
  wasNotBegun: 'Found not begun',
  notTakenBack: 'Not taken back',
  startedBy: (name: string) => `Started by ${name}`,
  rollbackTitle: 'The way back',
  rollbackRunning: 'Rollback in progress',
  rollbackDone: 'Rolled back',
  rollbackGivenUp: 'Rollback given up',
  giveUpReason: 'Why it cannot be completed',
  giveUpHelp:
    'What was not taken back stands, and is recorded so: its changes failed and were not backed ' +
    'out. The release ends as failed, with a review that names the cause.',
  standsStill: 'What was not taken back stands:',
  rollbackReason: 'Why it is rolled back',
  rollbackDecide: 'Decide the rollback',
  decidedBy: (name: string) => `Decided by ${name}`,
  backDone: 'Taken back',
  wouldUndo: 'Rolling back now would take back, in this order:',
  verifyTitle: 'Verification',
  verifyNote: 'What was checked',
  verifyPassed: 'It passed',
  verifyFailed: 'It did not pass',
  verifyAsk: 'Did verification pass?',
  finishTitle: 'Finish the deployment',
  finishHelp: 'Every step is reported. Verification comes next.',
  failedHelp: (numbers: string[]) =>
    `${numbers.join(', ')} failed. What you say now holds for the rest; the way back is closed after it.`,
  deployTitle: (number: string) => `Deploy ${number}`,
  deployHelp: (changes: number) =>
    changes === 1
      ? 'One change is carried out now.'
      : `${changes} changes are carried out now, in deploy order.`,
  deployWindow: 'In its window',
  deployWarnings: 'Open warnings',
  outcomeMissing: 'Say how it ended.',
  closeTitle: 'Close the release',
  closeOutcome: 'How it ended',
  closeNote: 'Remark',
  byItself: 'Its plan carries it out',
  byItselfHelp:
    'A run does the steps of the plan, and asks people only where they are needed. Steer it, ' +
    'report to it and take it back there.',
  openRun: 'Open the run',
  openBack: 'The way back, large',
};

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
