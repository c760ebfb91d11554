// Errors by pointer read as sentences.
import { expect, it } from 'vitest';
import { errorText } from './errorText';

it('puts the field before a predicate, and leaves a sentence alone', () => {
  expect(errorText({ pointer: '/backout_plan', detail: 'is missing' })).toBe(
    'Backout plan is missing.',
  );
  expect(errorText({ pointer: '/window/end', detail: 'lies before the start' })).toBe(
    'Window end lies before the start.',
  );
  expect(errorText({ pointer: '/cis/2', detail: 'is not known' })).toBe('CIs 3 is not known.');
  expect(errorText({ pointer: '/title', detail: 'Give it a title.' })).toBe('Give it a title.');
  expect(errorText({ pointer: '/after', detail: 'there is no task 3' })).toBe(
    'There is no task 3.',
  );
  expect(errorText({ pointer: '', detail: 'is not JSON' })).toBe('Is not JSON.');
  expect(errorText({ pointer: '/backout_minutes', detail: 'say how long it takes' })).toBe(
    'Minutes to back out: say how long it takes.',
  );
});
