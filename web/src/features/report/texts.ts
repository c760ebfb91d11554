// Words of the report pages.

export const texts = {
  title: 'Reports',
  help: 'Every figure says what it counts and shows the records behind it. Days begin at midnight UTC.',
  back: 'Reports',
  from: 'From',
  to: 'Until before',
  by: 'Step',
  team: 'Team',
  service: 'Service',
  type: 'Type',
  size: 'Size of the release',
  csv: 'CSV',
  behind: (count: number) =>
    `${count} ${count === 1 ? 'event is' : 'events are'} not counted yet. Figures follow within moments; after an upgrade it takes longer.`,
  notCollectedHelp: 'Nothing was recorded that this figure counts. That is not zero.',
  of: (counted: number, n: number) => `${counted} of ${n}`,
  n: (n: number) => `n = ${n}`,
  before: (value: string) => `${value} in the time before`,
  noBefore: 'not collected in the time before',
  better: 'better',
  worse: 'worse',
  same: 'as before',
  spread95: (low: string, high: string) => `between ${low} and ${high} with 95 % (Wilson)`,
  spread90: (value: string) => `9 in 10 below ${value}`,
  mean: (value: string) => `mean ${value}`,
  definition: 'Definition',
  records: 'Records',
  recordsOf: (title: string) => `Records behind “${title}”`,
  history: 'Over time',
  groups: {
    team: 'By team',
    service: 'By service',
    type: 'By type',
    size: 'By size of the release',
  },
  table: 'The same as a table',
  chartOf: (title: string, from: string, to: string) =>
    `${title} from ${from} until ${to}. The table below holds the same values.`,
  outside: 'outside its control limits',
  limits: 'Dashed lines are control limits: what happens by chance alone lies between them.',
  limitsHelp: 'Control limits need six whole steps with values.',
  point: 'Step',
  value: 'Value',
  spread: 'Spread',
  asked: 'n',
  limitsColumn: 'Control limits',
  showRecords: (label: string) => `Records of ${label}`,
  only: (label: string) => `Of ${label} only`,
  whole: 'The whole time',
  counted: 'Counts',
  yes: 'counts',
  no: 'does not count',
  lists: {
    record: 'Record',
    at: 'When',
    counted: 'Counts',
    value: 'Value',
    type: 'Type',
    team: 'Team',
    because: 'Because of',
    label: 'Records behind the figure',
  },
  none: 'No record is behind this figure',
  noneHelp: 'Widen the time, or take a filter away.',
  facts: {
    says: 'Says',
    counts: 'Counts',
    placed: 'Placed by',
    zone: 'Days begin in',
    unit: 'Measured in',
    causes: 'Cause and effect by',
    source: 'Defined by',
    interval: 'Spread',
  },
  wilson: 'Interval of Wilson, 95 %',
  quantiles: 'Median, the value that 9 in 10 lie below, and the mean',
};

/** The figures as people look for them. */
export const THEMES: { title: string; names: string[] }[] = [
  {
    title: 'Delivery',
    names: [
      'deployment_frequency',
      'change_failure_rate',
      'failed_deployment_recovery_time',
      'change_lead_time',
      'release_success_rate',
      'rollback_rate',
      'release_defect_rate',
      'release_satisfaction',
    ],
  },
  {
    title: 'Changes',
    names: [
      'change_success_rate',
      'failed_change_rate',
      'degrading_change_rate',
      'emergency_share',
      'unauthorised_share',
      'schedule_adherence',
      'collision_rate',
      'change_risk',
    ],
  },
  {
    title: 'Incidents and reviews',
    names: ['incidents_from_releases', 'time_to_restore', 'pir_completion'],
  },
  {
    title: 'Where the time goes',
    names: [
      'request_lead_time',
      'approval_wait',
      'backlog_throughput',
      'time_in_draft',
      'time_in_assess',
      'time_in_authorise',
      'time_in_scheduled',
      'time_in_implement',
      'time_in_review',
    ],
  },
];

export const STEPS = [
  { value: 'week', label: 'By week' },
  { value: 'month', label: 'By month' },
  { value: 'quarter', label: 'By quarter' },
];

export const DIVISIONS = [
  ...STEPS,
  { value: 'team', label: 'By team' },
  { value: 'service', label: 'By service' },
  { value: 'type', label: 'By type' },
  { value: 'size', label: 'By size of the release' },
];

/** The sizes of releases, as the server names them. */
export const SIZES = ['1 change', '2 to 5 changes', '6 to 20 changes', 'over 20 changes'];
