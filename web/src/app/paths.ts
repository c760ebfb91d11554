// Every address of the application. Features may use this file of app/, and no other.
import type { Ref } from '@/lib/schema';

const part = encodeURIComponent;

export const paths = {
  home: '/',
  signIn: '/sign-in',
  approvals: '/approvals',
  exceptions: '/exceptions',
  changes: '/changes',
  newChange: '/changes/new',
  traceability: '/changes/traceability',
  change: (id: string, tab?: string) => `/changes/${part(id)}${tab ? `/${tab}` : ''}`,
  releases: '/releases',
  releaseBoard: '/releases/board',
  newRelease: '/releases/new',
  release: (id: string, tab = 'overview') => `/releases/${part(id)}/${tab}`,
  releaseSummary: (id: string) => `/releases/${part(id)}/summary`,
  cab: '/cab',
  meeting: (id: string) => `/cab/${part(id)}`,
  calendar: '/calendar',
  backlog: '/calendar/plan',
  deployments: '/deployments',
  gates: '/gates',
  deployment: (release: string) => `/deployments/${part(release)}`,
  wayBack: (release: string) => `/deployments/${part(release)}/back`,
  incidents: '/incidents',
  newIncident: '/incidents/new',
  incident: (id: string) => `/incidents/${part(id)}`,
  reviews: '/reviews',
  reviewActions: '/reviews/actions?state=open',
  review: (id: string) => `/reviews/${part(id)}`,
  knowledge: '/knowledge',
  newArticle: '/knowledge/new',
  article: (id: string) => `/knowledge/${part(id)}`,
  services: '/services',
  service: (id: string) => `/services/${part(id)}`,
  cis: '/cis',
  ci: (id: string) => `/cis/${part(id)}`,
  teams: '/teams',
  reports: '/reports',
  figure: (name: string) => `/reports/${part(name)}`,
  audit: '/audit',
  inLog: (subject: string) => `/audit?subject=${part(subject)}`,
  inbox: '/inbox',
  settings: '/settings',
  people: '/settings/people',
  tokens: '/settings/tokens',
  absences: '/settings/absences',
  runners: '/settings/runners',
  channels: '/settings/channels',
  quietHours: '/settings/quiet-hours',
  digest: '/settings/digest',
  userGroups: '/settings/user-groups',
  windows: '/settings/windows',
  peaks: '/settings/peaks',
  blackouts: '/settings/blackouts',
  events: '/settings/business-events',
  sprints: '/settings/sprints',
  feeds: '/settings/feeds',
  policy: '/settings/policy',
  models: '/settings/models',
  search: '/search',
};

/** Where a named record is read; its number or the prefix of its id says what it is. */
export function pathOf(record: Ref): string | undefined {
  const name = record.number ?? record.id;
  const kind = /^(CHG|REL|INC|PIR|KB|CAB|chg|rel|inc|rev|art|mtg|svc|ci)[-_]/.exec(name)?.[1];
  switch (kind?.toLowerCase()) {
    case 'chg':
      return paths.change(name);
    case 'rel':
      return paths.release(name);
    case 'inc':
      return paths.incident(name);
    case 'rev':
    case 'pir':
      return paths.review(name);
    case 'art':
    case 'kb':
      return paths.article(name);
    case 'cab':
    case 'mtg':
      return paths.meeting(name);
    case 'svc':
      return paths.service(name);
    case 'ci':
      return paths.ci(name);
    default:
      return undefined;
  }
}
