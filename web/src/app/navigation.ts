// The pages of the side bar in the order of the work, and the key that goes to each.
import type { IconName } from '@/ui/icons';
import { paths } from './paths';
import { PAGES } from './texts';

export interface NavItem {
  to: string;
  label: string;
  icon: IconName;
  /** The second key after `g`. */
  key: string;
  /** Shown with how many wait for the reader. */
  count?: 'approvals';
  children?: { to: string; label: string }[];
}

export const NAVIGATION: NavItem[][] = [
  [
    { to: paths.home, label: PAGES.home, icon: 'home', key: 'h' },
    {
      to: paths.approvals,
      label: PAGES.approvals,
      icon: 'approvals',
      key: 'a',
      count: 'approvals',
    },
    { to: paths.exceptions, label: PAGES.exceptions, icon: 'lock', key: 'e' },
  ],
  [
    { to: paths.changes, label: PAGES.changes, icon: 'changes', key: 'c' },
    { to: paths.releases, label: PAGES.releases, icon: 'releases', key: 'r' },
    { to: paths.calendar, label: PAGES.calendar, icon: 'calendar', key: 'k' },
    { to: paths.cab, label: PAGES.cab, icon: 'cab', key: 'b' },
  ],
  [
    { to: paths.deployments, label: PAGES.deployments, icon: 'deployments', key: 'd' },
    { to: paths.incidents, label: PAGES.incidents, icon: 'incidents', key: 'i' },
  ],
  [
    { to: paths.reviews, label: PAGES.reviews, icon: 'reviews', key: 'v' },
    { to: paths.audit, label: PAGES.audit, icon: 'audit', key: 'l' },
  ],
  [
    { to: paths.services, label: PAGES.services, icon: 'services', key: 's' },
    { to: paths.cis, label: PAGES.cis, icon: 'cis', key: 'x' },
    { to: paths.teams, label: PAGES.teams, icon: 'teams', key: 't' },
    {
      to: paths.people,
      label: PAGES.settings,
      icon: 'settings',
      key: ',',
      children: [
        { to: paths.people, label: PAGES.people },
        { to: paths.tokens, label: PAGES.tokens },
        { to: paths.absences, label: PAGES.absences },
        { to: paths.windows, label: PAGES.windows },
        { to: paths.peaks, label: PAGES.peaks },
        { to: paths.blackouts, label: PAGES.blackouts },
        { to: paths.events, label: PAGES.events },
        { to: paths.sprints, label: PAGES.sprints },
        { to: paths.feeds, label: PAGES.feeds },
        { to: paths.policy, label: PAGES.policy },
        { to: paths.models, label: PAGES.models },
      ],
    },
  ],
];

export const BOTTOM: NavItem[] = [
  { to: paths.home, label: PAGES.home, icon: 'home', key: 'h' },
  { to: paths.approvals, label: PAGES.approvals, icon: 'approvals', key: 'a', count: 'approvals' },
  { to: paths.calendar, label: PAGES.calendar, icon: 'calendar', key: 'k' },
  { to: paths.deployments, label: PAGES.deployments, icon: 'deployments', key: 'd' },
];

export function isHere(item: { to: string }, path: string): boolean {
  if (item.to === paths.home) return path === paths.home;
  if (item.to === paths.people) return path.startsWith('/settings');
  return path === item.to || path.startsWith(`${item.to}/`);
}
