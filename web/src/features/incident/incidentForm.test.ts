// Incident times are written in the reader's zone and sent as instants; emptied fields are cleared.
import { expect, it } from 'vitest';
import { emptyIncident, fieldsOf } from './incidentForm';

it('sends wall times of the reader as instants', () => {
  const fields = fieldsOf({ opened_at: '2026-07-01T10:30' }, 'Europe/Berlin');
  expect(fields).toEqual({ opened_at: '2026-07-01T08:30:00Z' });
});

it('clears the end of an incident that is open again', () => {
  expect(fieldsOf({ resolved_at: '', caused_by: null }, 'UTC')).toEqual({
    resolved_at: null,
    caused_by: null,
  });
});

it('starts a new incident now, in the reader’s zone', () => {
  const values = emptyIncident('America/New_York', new Date('2026-07-01T08:30:00Z'));
  expect(values.opened_at).toBe('2026-07-01T04:30');
  expect(fieldsOf(values, 'America/New_York').opened_at).toBe('2026-07-01T08:30:00Z');
});
