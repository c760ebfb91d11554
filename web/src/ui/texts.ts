// Words of the design system. Words of the server that people read are spelled here once.

export const LAMP_NAMES: Record<string, string> = {
  scope: 'Scope',
  plans: 'Plans',
  rollback: 'Rollback',
  risk: 'Risk',
  conflicts: 'Conflicts',
  approvals: 'Approvals',
  window: 'Window',
  deployment: 'Deployment',
  work: 'Work',
  release: 'Release',
  review: 'Review',
};

/** Where more stands about a lamp, when that is called otherwise. */
export const PLACES: Record<string, string | undefined> = {
  deployment: 'the run',
  rollback: 'the way back',
  risk: 'the risk',
  review: 'the review',
  work: 'the tasks',
};

export const LAMP_STATES: Record<string, string> = {
  clear: 'clear',
  waiting: 'waiting',
  stop: 'at stop',
  not_needed: 'not needed',
};

const WORDS: Record<string, string> = {
  assess: 'Assess',
  authorise: 'Authorise',
  very_high: 'Very high',
  third_party: 'Third party',
  same_ci: 'Same CI',
  upstream_ci: 'Upstream CI',
  downstream_ci: 'Downstream CI',
  outside_window: 'Outside window',
  failed_backed_out: 'Failed, backed out',
  failed_not_backed_out: 'Failed, not backed out',
  cab: 'CAB',
  ci: 'CI',
  ecab: 'ECAB',
  cab_member: 'CAB member',
  ecab_member: 'ECAB member',
  runs_on: 'runs on',
  part_of: 'part of',
  connects_to: 'connects to',
};

/** `successful_with_issues` → `Successful with issues`. */
export function wordOf(code: string | null | undefined): string {
  if (!code) return '–';
  const known = WORDS[code];
  if (known) return known;
  const text = code.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Where a record happens, and as what it counts where one of its CIs stands elsewhere. */
export function placeOf(record: {
  environment: string;
  counts_as?: { environment: string; ci: string } | null;
}): string {
  const stated = wordOf(record.environment);
  const counts = record.counts_as;
  return counts ? `${stated}, counts as ${counts.environment}: ${counts.ci} stands there` : stated;
}

/** A fragment of the server as a sentence: `no change is attached` → `No change is attached.` */
export function sentence(text: string): string {
  const plain = text.replaceAll('`', '').trim();
  const ended = /[.!?…]$/.test(plain) || plain === '' ? plain : `${plain}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}

export const UI = {
  inLog: 'In the log',
  inLogOf: (name: string) => `In the log: ${name}`,
  notCollected: 'Not collected',
  scoreWords: 'In a few words, if you like',
  scoreLow: 'not at all',
  scoreHigh: 'entirely',
  scoreOf: (score: number) => `${score} of 5`,
  draftKept: 'A draft of this form is kept on this device until it is sent.',
  copy: 'Copy',
  copied: 'Copied',
  haveCopied: 'I have copied it',
  more: 'More actions',
  cannot: 'Not possible yet',
  showPlace: (lamp: string) => `Open ${lamp.toLowerCase()}`,
  missing: 'This is still missing:',
  retry: 'Try again',
  showMore: 'Show more',
  loading: 'Loading',
  noRows: 'Nothing matches these filters.',
  clearFilters: 'Clear filters',
  columns: 'Columns',
  filters: (count: number) => (count === 0 ? 'Filters' : `Filters (${count})`),
  sortBy: 'Sort by',
  sortUp: (column: string) => `${column}, ascending`,
  sortDown: (column: string) => `${column}, descending`,
  phases: 'Phases',
  chooseAll: 'Choose all rows',
  choose: 'Choose',
  nextRow: 'Next row',
  previousRow: 'Previous row',
  openRow: 'Open the row',
  undo: 'Undo',
  cancel: 'Cancel',
  discard: 'Discard the draft',
  reason: 'Reason',
  noRisk: 'It is computed once there is something that it touches.',
  reasonNeeded: 'Give a reason, so that whoever reads the record later understands it.',
  keys: 'Keys',
  searching: 'Searching…',
  nothingFound: 'Nothing found',
  typeToSearch: 'Type to search',
  starts: 'Start',
  ends: 'End',
  zone: 'Time zone',
  doubtful: 'The clocks change that night: this time is skipped or comes twice.',
  toSubmit: 'to submit',
  neededToSubmit: 'Needed before it is submitted.',
  filled: (filled: number, all: number) => `${filled} of ${all} filled`,
  toMend: (count: number) => `${count} to mend`,
  errorsTitle: 'Please mend these first',
  unreachable: 'The server cannot be reached',
  notFound: 'There is no such record',
  notFoundHelp:
    'It may have another number, or you may not be allowed to see it. Look for it in the search ' +
    'at the top.',
  forbidden: 'You may not do this',
  fault: 'Something on the server failed',
  notAnswered: 'This cannot be shown',
  incident: 'Incident id for the operator',
  stale:
    'Someone else changed this record meanwhile. What you entered is still here, and the newest ' +
    'version is shown: look at it, then do it again.',
  remove: 'Remove',
  close: 'Close',
};

export const FILTERS = {
  title: 'Saved filters',
  none: 'None saved yet. Filter the list, then keep the filter under a name.',
  save: 'Save this filter…',
  keep: 'Save',
  name: 'Name',
};
