// The index of pages: every address and the file that shows it. Each page is its own script.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
} from '@tanstack/react-router';
import { queryText } from '@/lib/client';
import { RecordSkeleton } from '@/ui/States';
import { NotFound } from './NotFound';
import { Bare, PageError, Shell } from './Shell';

const root = createRootRoute({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('@/features/identity/pages/SignInPage')),
});

const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: Shell });

const bare = createRoute({ getParentRoute: () => root, id: 'bare', component: Bare });

/** The way back at three in the morning: nothing else on the screen. */
const wayBack = createRoute({
  getParentRoute: () => bare,
  path: '/deployments/$id/back',
  component: lazyRouteComponent(() => import('@/features/deployment/pages/WayBackPage')),
});

type PageFile = { default: () => React.ReactNode };

function page(path: string, load: () => Promise<PageFile>) {
  return createRoute({ getParentRoute: () => inside, path, component: lazyRouteComponent(load) });
}

const pages = [
  page('/', () => import('./home/HomePage')),
  page('/approvals', () => import('@/features/approval/pages/ApprovalsPage')),
  page('/exceptions', () => import('@/features/exception/pages/ExceptionsPage')),
  page('/changes', () => import('@/features/change/pages/ChangesPage')),
  page('/changes/new', () => import('@/features/change/pages/NewChangePage')),
  page('/changes/traceability', () => import('@/features/change/pages/TraceabilityPage')),
  page('/changes/$id', () => import('@/features/change/pages/ChangePage')),
  page('/changes/$id/$tab', () => import('@/features/change/pages/ChangePage')),
  page('/releases', () => import('@/features/release/pages/ReleasesPage')),
  page('/releases/board', () => import('@/features/release/pages/BoardPage')),
  page('/releases/new', () => import('@/features/release/pages/NewReleasePage')),
  page('/releases/$id', () => import('@/features/release/pages/ReleasePage')),
  page('/releases/$id/summary', () => import('@/features/release/pages/SummaryPage')),
  page('/releases/$id/$tab', () => import('@/features/release/pages/ReleasePage')),
  page('/cab', () => import('@/features/cab/pages/CabPage')),
  page('/cab/$id', () => import('@/features/cab/pages/MeetingPage')),
  page('/calendar', () => import('@/features/calendar/pages/CalendarPage')),
  page('/calendar/plan', () => import('@/features/calendar/pages/BacklogPage')),
  page('/deployments', () => import('@/features/deployment/pages/DeploymentsPage')),
  page('/gates', () => import('@/features/gate/pages/GatesPage')),
  page('/deployments/$id', () => import('@/features/deployment/pages/DeploymentPage')),
  page('/incidents', () => import('@/features/incident/pages/IncidentsPage')),
  page('/incidents/new', () => import('@/features/incident/pages/NewIncidentPage')),
  page('/incidents/$id', () => import('@/features/incident/pages/IncidentPage')),
  page('/reviews', () => import('@/features/review/pages/ReviewsPage')),
  page('/reviews/actions', () => import('@/features/review/pages/ActionsPage')),
  page('/reviews/$id', () => import('@/features/review/pages/ReviewPage')),
  page('/knowledge', () => import('@/features/knowledge/pages/KnowledgePage')),
  page('/knowledge/new', () => import('@/features/knowledge/pages/NewArticlePage')),
  page('/knowledge/$id', () => import('@/features/knowledge/pages/ArticlePage')),
  page('/services', () => import('@/features/service/pages/ServicesPage')),
  page('/services/$id', () => import('@/features/service/pages/ServicePage')),
  page('/cis', () => import('@/features/service/pages/CisPage')),
  page('/cis/$id', () => import('@/features/service/pages/CiPage')),
  page('/teams', () => import('@/features/team/pages/TeamsPage')),
  page('/inbox', () => import('@/features/notice/pages/InboxPage')),
  page('/reports', () => import('@/features/report/pages/ReportsPage')),
  page('/reports/$name', () => import('@/features/report/pages/FigurePage')),
  page('/audit', () => import('@/features/audit/pages/AuditPage')),
  page('/settings', () => import('./SettingsPage')),
  page('/settings/people', () => import('@/features/identity/pages/PeoplePage')),
  page('/settings/tokens', () => import('@/features/identity/pages/TokensPage')),
  page('/settings/absences', () => import('@/features/approval/pages/AbsencesPage')),
  page('/settings/runners', () => import('@/features/runner/pages/RunnersPage')),
  page('/settings/quiet-hours', () => import('@/features/identity/pages/QuietHoursPage')),
  page('/settings/digest', () => import('@/features/identity/pages/DigestPage')),
  page('/settings/channels', () => import('@/features/notice/pages/ChannelsPage')),
  page('/settings/user-groups', () => import('@/features/notice/pages/UserGroupsPage')),
  page('/settings/windows', () => import('@/features/calendar/pages/WindowsPage')),
  page('/settings/peaks', () => import('@/features/calendar/pages/PeaksPage')),
  page('/settings/blackouts', () => import('@/features/calendar/pages/BlackoutsPage')),
  page('/settings/business-events', () => import('@/features/calendar/pages/EventsPage')),
  page('/settings/sprints', () => import('@/features/calendar/pages/SprintsPage')),
  page('/settings/feeds', () => import('@/features/calendar/pages/FeedsPage')),
  page('/settings/policy', () => import('@/features/policy/pages/PolicyPage')),
  page('/settings/models', () => import('@/features/policy/pages/ModelsPage')),
  page('/search', () => import('@/features/search/pages/SearchPage')),
];

/** Any other address: said inside, so that every way on is there. */
const lost = createRoute({ getParentRoute: () => inside, path: '$', component: NotFound });

const tree = root.addChildren([
  signIn,
  bare.addChildren([wayBack]),
  inside.addChildren([...pages, lost]),
]);

export function makeRouter(history?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    history,
    defaultPendingComponent: RecordSkeleton,
    defaultPendingMs: 150,
    defaultErrorComponent: PageError,
    scrollRestoration: true,
    // The address is read by people and written by hand: plain text, no JSON in it.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => queryText(search as Record<string, string>),
  });
}
