import { expect, it } from 'vitest';
import { fieldName, fieldPath } from './fieldNames';

it('calls a field as its form does, and an unknown one by its word', () => {
  expect(fieldName('backout_minutes')).toBe('Minutes to back out');
  expect(fieldName('cut_off')).toBe('Cut off');
});

it('names the fields of a path and leaves the names of records', () => {
  expect(fieldPath('CHG-7 · backout minutes')).toBe('CHG-7 · Minutes to back out');
  expect(fieldPath('step 2')).toBe('Step 2');
});
