// How form values become a request: what is cleared, what is left out, what is kept by id.
import { describe, expect, it } from 'vitest';
import { EMPTY, fieldsOf, neededToSubmit, newFieldsOf, valuesOf } from './changeForm';
import type { Change } from './queries';

describe('change form', () => {
  it('asks less of an emergency, and only for fields that the form has', () => {
    const needed = neededToSubmit('normal');
    expect(needed).toEqual(expect.arrayContaining(neededToSubmit('emergency')));
    expect(neededToSubmit('emergency')).not.toContain('test_plan');
    expect(needed.filter((name) => !(name in EMPTY))).toEqual([]);
  });

  it('sends only the title and what was filled in for a new change', () => {
    const fields = newFieldsOf({ ...EMPTY, title: '', cis: [{ value: 'ci_1', label: 'db' }] });
    expect(fields).toEqual({ title: '', type: 'normal', environment: 'production', cis: ['ci_1'] });
  });

  it('clears people, team, window and backout minutes with null in an edit', () => {
    const cleared = { implementer: null, team: null, window: null, backout_minutes: undefined };
    expect(fieldsOf(cleared)).toEqual({
      implementer: null,
      team: null,
      window: null,
      backout_minutes: null,
    });
  });

  it('does not mention a field that was not edited', () => {
    expect(fieldsOf({ title: 'New' })).toEqual({ title: 'New' });
  });

  it('keeps an outage by the id of its service, however the record names it', () => {
    const change = {
      services: [{ id: 'svc_1', name: 'Ledger' }],
      cis: [],
      outages: [{ service: 'Ledger', minutes: 20 }],
    } as unknown as Change;
    const values = valuesOf({ ...change, tags: [] } as Change);
    expect(values.outages).toEqual({ svc_1: 20 });
    expect(fieldsOf({ outages: values.outages })).toEqual({
      outages: [{ service: 'svc_1', minutes: 20 }],
    });
  });
});
