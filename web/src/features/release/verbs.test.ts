import { expect, it } from 'vitest';
import { release } from '@/testing/fixtures';
import { releaseActions } from './verbs';

it('waits for a window that is committed instead of moving it', () => {
  const actions = [
    { name: 'deploy', allowed: false, refusal: null },
    { name: 'schedule', allowed: true, refusal: null },
  ];
  const primary = (scheduled: boolean) => {
    const record = { ...release, phase: 'approval', scheduled, actions };
    return releaseActions(record, () => undefined, false).primary?.name;
  };
  expect(primary(false)).toBe('schedule');
  expect(primary(true)).toBe('deploy');
});
