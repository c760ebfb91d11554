// What the stand-in for the server answers when a test says nothing else.
import * as records from './fixtures';

export const EVERYWHERE: Record<string, unknown> = {
  'GET /session': records.me,
  'GET /about': records.about,
  'GET /approvals': { items: [records.approvalRow] },
  'GET /reviews': { items: [records.reviewRow] },
  'GET /releases': { items: records.releaseRows },
  'GET /releases/board': records.board,
  'GET /releases/REL-17': records.release,
  'GET /releases/REL-18': records.deploying,
  'GET /reviews/PIR-3': records.review,
  'GET /changes': { items: records.changes },
  'GET /calendar': records.calendar,
  'GET /deployments': { items: [records.deploymentRow] },
  'GET /models': { items: records.models },
  'GET /teams': { items: [] },
  'GET /services': { items: [] },
  'GET /people': { items: [] },
  'GET /audit/events': { items: [records.event] },
  'POST /conflicts/check': { conflicts: [], blocking: 0 },
};
