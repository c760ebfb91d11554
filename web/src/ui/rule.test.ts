import { describe, expect, it } from 'vitest';
import { dayOf, parseRule, ruleFor, ruleText } from './rule';

describe('a recurrence rule', () => {
  it('reads back as it was written', () => {
    for (const text of [
      'daily',
      'weekly',
      'FREQ=DAILY;INTERVAL=3',
      'FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR',
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH',
      'FREQ=MONTHLY;BYDAY=-1FR;COUNT=12',
      'FREQ=WEEKLY;BYDAY=SU;UNTIL=20271231',
    ]) {
      const rule = parseRule(text);
      expect(rule, text).toBeDefined();
      expect(rule && ruleText(rule)).toBe(text);
    }
  });

  it('stays text where the form has no words for it', () => {
    for (const text of [
      'none',
      'FREQ=YEARLY',
      'FREQ=MONTHLY;BYMONTHDAY=15',
      'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1',
      'FREQ=WEEKLY;BYDAY=XX',
      'FREQ=DAILY;UNTIL=20271231T120000Z',
      'nonsense',
    ]) {
      expect(parseRule(text), text).toBeUndefined();
    }
  });

  it('begins on the weekday of the first occurrence', () => {
    expect(dayOf('2026-12-06T02:00')).toBe('SU');
    expect(ruleText(ruleFor('monthly', '2026-12-06T02:00'))).toBe('FREQ=MONTHLY;BYDAY=1SU');
    expect(ruleText(ruleFor('monthly', '2026-12-29'))).toBe('FREQ=MONTHLY;BYDAY=-1TU');
    expect(ruleText(ruleFor('weekly', '2026-12-02'))).toBe('FREQ=WEEKLY;BYDAY=WE');
  });
});
