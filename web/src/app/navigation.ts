// The pages of the side bar in the order of the work, and the key that goes to each.
import type { IconName } from '@/ui/icons';
import { paths } from './paths';
import { PAGES, SETTING } from './texts';

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

interface Part {
  to: string;
  label: string;
  /** What is set there, in one sentence. */
  about: string;
}

export const SETTINGS: { title: string; parts: Part[] }[] = [
  {
    title: SETTING.access,
    parts: [
      { to: paths.people, label: PAGES.people, about: SETTING.people },
      { to: paths.tokens, label: PAGES.tokens, about: SETTING.tokens },
      { to: paths.absences, label: PAGES.absences, about: SETTING.absences },
      { to: paths.runners, label: PAGES.runners, about: SETTING.runners },
    ],
  },
  {
    title: SETTING.notices,
    parts: [
      { to: paths.userGroups, label: PAGES.userGroups, about: SETTING.userGroups },
      { to: paths.quietHours, label: PAGES.quietHours, about: SETTING.quietHours },
      { to: paths.digest, label: PAGES.digest, about: SETTING.digest },
      { to: paths.channels, label: PAGES.channels, about: SETTING.channels },
    ],
  },
  {
    title: SETTING.time,
    parts: [
      { to: paths.windows, label: PAGES.windows, about: SETTING.windows },
      { to: paths.peaks, label: PAGES.peaks, about: SETTING.peaks },
      { to: paths.blackouts, label: PAGES.blackouts, about: SETTING.blackouts },
      { to: paths.events, label: PAGES.events, about: SETTING.events },
      { to: paths.sprints, label: PAGES.sprints, about: SETTING.sprints },
      { to: paths.feeds, label: PAGES.feeds, about: SETTING.feeds },
    ],
  },
  {
    title: SETTING.rules,
    parts: [
      { to: paths.policy, label: PAGES.policy, about: SETTING.policy },
      { to: paths.models, label: PAGES.models, about: SETTING.models },
    ],
  },
];

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
    { to: paths.gates, label: PAGES.gates, icon: 'gates', key: 'g' },
    { to: paths.incidents, label: PAGES.incidents, icon: 'incidents', key: 'i' },
  ],
  [
    { to: paths.reviews, label: PAGES.reviews, icon: 'reviews', key: 'v' },
    { to: paths.knowledge, label: PAGES.knowledge, icon: 'knowledge', key: 'n' },
    { to: paths.reports, label: PAGES.reports, icon: 'reports', key: 'p' },
    { to: paths.audit, label: PAGES.audit, icon: 'audit', key: 'l' },
  ],
  [
    { to: paths.services, label: PAGES.services, icon: 'services', key: 's' },
    { to: paths.cis, label: PAGES.cis, icon: 'cis', key: 'x' },
    { to: paths.teams, label: PAGES.teams, icon: 'teams', key: 't' },
    {
      to: paths.settings,
      label: PAGES.settings,
      icon: 'settings',
      key: ',',
      children: SETTINGS.flatMap(({ parts }) => parts),
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
  return path === item.to || path.startsWith(`${item.to}/`);
}
