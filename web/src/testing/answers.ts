// What the stand-in for the server answers when a test says nothing else.
import * as records from './fixtures';
import * as lists from './lists';
import * as runs from './runFixture';

export const EVERYWHERE: Record<string, unknown> = {
  'GET /session': records.me,
  'GET /about': records.about,
  'GET /approvals': { items: [lists.approvalRow] },
  'GET /gates': { items: [] },
  'GET /reviews': { items: [lists.reviewRow] },
  'GET /releases': { items: lists.releaseRows },
  'GET /releases/board': lists.board,
  'GET /releases/REL-17': records.release,
  'GET /releases/REL-18': records.deploying,
  'GET /releases/REL-17/plan': { text: null, flaws: [] },
  'GET /deployments/REL-18': runs.byHand,
  'GET /reviews/PIR-3': lists.review,
  'GET /changes': { items: records.changes },
  'GET /calendar': lists.calendar,
  'GET /meetings': { items: [] },
  'GET /deployments': { items: [lists.deploymentRow] },
  'GET /models': { items: lists.models },
  'GET /filters': { filters: [] },
  'GET /teams': { items: [] },
  'GET /services': { items: [] },
  'GET /regions': { items: [] },
  'GET /people': { items: [] },
  'GET /audit/events': { items: [lists.event] },
  'GET /extensions': { items: [] },
  'GET /surveys': { items: [] },
  'GET /releases/asked': { items: [] },
  'GET /boards': { items: [] },
  'GET /conflicts/cfl_1': records.acceptable,
  'GET /slots': { slots: [], refused: [], until: '2027-02-01T00:00:00Z' },
  'POST /releases/REL-17/schedule/preview': { effect: { votes_voided: 0, slips: [] } },
  'POST /changes/CHG-41/schedule/preview': { effect: { votes_voided: 0 } },
  'POST /conflicts/check': { conflicts: [], blocking: 0 },
};
