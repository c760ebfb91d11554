// What is missing is named and reached as the form has it.
import { expect, it } from 'vitest';
import { change } from '@/testing/changeFixture';
import { missingField } from './fieldPlaces';

it('calls a missing field as its form does, and leads there', () => {
  const of = (pointer: string) => missingField(change, { pointer, detail: 'is missing' });
  expect(of('/reason')).toEqual({
    label: 'Reason',
    to: `/changes/${change.number}?edit=reason`,
  });
  expect(of('/backout_minutes')).toEqual({
    label: 'Minutes to back out',
    to: `/changes/${change.number}/plans?edit=backout_minutes`,
  });
  expect(of('/cis')?.to).toBe(`/changes/${change.number}/cis`);
  expect(of('/tasks/1')).toBeUndefined();
});
