// Words of the page of exceptions.

export const texts = {
  title: 'Exceptions',
  filter: 'State',
  all: 'All',
  states: ['requested', 'granted', 'refused', 'revoked', 'expired'],
  noMatch: 'No exception is in this state',
  emptyTitle: 'No exceptions',
  empty:
    'An exception lets one record pass one rule until an instant. It is asked for where the rule ' +
    'says no: at a conflict of a change or release, at its readiness, or at a frozen scope. ' +
    'Someone else decides about it here.',
  example: 'EXC-3  ·  REL-17 passes the blackout “Year end”  ·  ends in 4 h',
  decide: 'Decide',
  verb: { grant: 'Grant', refuse: 'Refuse', revoke: 'Take back' },
  help: {
    grant: 'The record passes this one rule until the end that was asked for. You answer for it.',
    refuse: 'Your reason is kept with the request.',
    revoke: 'From now on the rule holds again. What was decided under it stays decided.',
  },
  done: { grant: 'granted', refuse: 'refused', revoke: 'taken back' },
  remark: 'Remark, if any',
  reason: 'Why',
};
