// A reader who may write everything, for tests of pages that keep people, teams and the like.
import { me } from './fixtures';

const PERMISSIONS = [
  'read',
  'change.write',
  'calendar.write',
  'service.write',
  'incident.write',
  'knowledge.write',
  'knowledge.approve',
  'team.write',
  'identity.write',
  'token.write',
];

export const keeper = { 'GET /session': { ...me, permissions: PERMISSIONS } };
