import { describe, expect, it } from 'vitest';
import { leg, run as running, step } from '@/testing/runFixture';
import { backwards, wouldTakeBack } from './wayBack';

const done = { forward: leg('done') };
const run = (...steps: ReturnType<typeof step>[]) => ({ ...running, steps });
const keys = (steps: { key: string }[]) => steps.map(({ key }) => key);

describe('the way back as it stands', () => {
  it('is exactly what was reached, each after what needs it', () => {
    const would = wouldTakeBack(
      run(
        step('a', [], done),
        step('b', ['a'], { forward: leg('failed') }),
        step('c', ['a'], { forward: leg('uncertain') }),
        step('d', ['b', 'c']),
      ),
    );
    expect(keys(would.steps)).toEqual(['c', 'b', 'a']);
    expect(would.stands).toEqual([]);
  });

  it('leaves out what has nothing to take back, and says what stands and why', () => {
    const would = wouldTakeBack(
      run(
        step('a', [], { ...done, undo: 'nothing' }),
        step('b', ['a'], { ...done, undo: 'irreversible', undo_text: 'mails are sent' }),
        step('c', ['b'], done),
      ),
    );
    expect(keys(would.steps)).toEqual(['c']);
    expect(would.stands).toEqual([{ step: 'b', why: 'mails are sent' }]);
  });

  it('takes with some changes what needs them, and the rest of what that drags along', () => {
    const would = wouldTakeBack(
      run(
        step('a', [], { ...done, change: 'CHG-1' }),
        step('b', ['a'], { ...done, change: 'CHG-2' }),
        step('other', [], { ...done, change: 'CHG-2' }),
        step('alone', [], { ...done, change: 'CHG-3' }),
      ),
      { changes: ['CHG-1'] },
    );
    expect(keys(would.steps).sort()).toEqual(['a', 'b', 'other']);
    expect(would.dragged).toEqual(['CHG-2']);
  });

  it('is barred by a point of no return that was reached, unless it goes as far as it can', () => {
    const all = run(
      step('a', [], done),
      step('point', ['a'], { ...done, undo: 'point_of_no_return', undo_text: 'traffic is moved' }),
      step('b', ['point'], done),
      step('beside', [], done),
    );
    expect(wouldTakeBack(all).barredBy?.key).toBe('point');
    const would = wouldTakeBack(all, { asFarAsPossible: true });
    expect(would.barredBy).toBeUndefined();
    expect(keys(would.steps).sort()).toEqual(['b', 'beside']);
    expect(would.stands.map(({ step: key }) => key)).toEqual(['a', 'point']);
    const ahead = run(step('a', [], done), step('point', ['a'], { undo: 'point_of_no_return' }));
    expect(wouldTakeBack(ahead).barredBy).toBeUndefined();
  });

  it('draws each step of a circle once', () => {
    const circle = [step('a', ['b']), step('b', ['a']), step('c', ['b', 'gone'])];
    expect(keys(backwards(circle)).sort()).toEqual(['a', 'b', 'c']);
  });
});
