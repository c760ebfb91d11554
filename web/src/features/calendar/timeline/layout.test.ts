// Where bars, bands and brackets stand on the timeline by service.
import { describe, expect, it } from 'vitest';

import type { Band, Conflict, Entry, Ref } from '../model';
import { distinctConflicts } from '../conflicts';
import { layOut, tagOf, type Input } from './layout';

const DAY = 86_400_000;
const start = Date.parse('2026-11-16T00:00:00Z');

const at = (hours: number) => new Date(start + hours * 3.6e6).toISOString();
const service = (name: string): Ref => ({ id: `svc_${name}`, name });

function entry(number: string, from: number, to: number, services: Ref[]): Entry {
  return {
    subject: { id: `chg_${number}`, number: `CHG-${number}`, name: `Change ${number}` },
    kind: 'change',
    type: 'normal',
    phase: 'scheduled',
    committed: true,
    window: { start: at(from), end: at(to), zone: 'UTC' },
    environment: 'production',
    services,
    changes: 0,
    conflicts_open: 0,
    conflicts_blocking: 0,
    outage_minutes: 0,
  };
}

function conflict(a: Entry, b: Entry, path = 'web-01 → runs on → vm-7'): Conflict {
  return {
    id: `cfl_${a.subject.id}_${b.subject.id}`,
    kind: 'same_ci',
    severity: 'blocking',
    state: 'open',
    subject: a.subject,
    with: b.subject,
    with_kind: 'change',
    overlap: { start: b.window.start, end: a.window.end, zone: 'UTC' },
    detail: 'both touch the same CI',
    hits: [{ ci: { id: 'ci_1', name: 'web-01' }, path }],
  };
}

function input(entries: Entry[], more: Partial<Input> = {}): Input {
  return {
    entries,
    blackouts: [],
    windows: [],
    peaks: [],
    events: [],
    sprints: [],
    meetings: [],
    external: [],
    conflicts: [],
    services: [
      { service: service('cards'), team: 'Payments' },
      { service: service('ledger'), team: 'Payments' },
      { service: service('portal'), team: 'Channels' },
    ],
    scale: { range: { startMs: start, endMs: start + 7 * DAY }, width: 700 },
    ...more,
  };
}

describe('timeline layout', () => {
  it('groups services by team in order, the ones without a team last', () => {
    const loose = entry('9', 1, 2, [service('unknown')]);
    const { groups } = layOut(input([loose]));
    expect(groups.map((group) => group.name)).toEqual(['Channels', 'Payments', null]);
    expect(groups[2]!.rows[0]!.bars[0]!.entry).toBe(loose);
  });

  it('places a bar by its share of the range and clips what goes beyond', () => {
    const { groups } = layOut(input([entry('1', -24, 84, [service('portal')])]));
    const bar = groups[0]!.rows[0]!.bars[0]!;
    expect(bar.x).toBe(0);
    expect(bar.width).toBe(350);
    expect(bar.clippedStart).toBe(true);
    expect(bar.clippedEnd).toBe(false);
  });

  it('leaves out what only touches the range', () => {
    const { groups } = layOut(input([entry('1', -5, 0, [service('portal')])]));
    expect(groups[0]!.rows[0]!.bars).toHaveLength(0);
  });

  it('puts bars whose labels would collide into lanes of their own', () => {
    const near = [entry('1', 10, 12, [service('cards')]), entry('2', 13, 14, [service('cards')])];
    const row = layOut(input(near)).groups[1]!.rows[0]!;
    expect(row.bars[0]!.top).not.toBe(row.bars[1]!.top);
    const apart = [
      entry('1', 10, 12, [service('cards')]),
      entry('2', 120, 130, [service('cards')]),
    ];
    const calm = layOut(input(apart)).groups[1]!.rows[0]!;
    expect(calm.bars[0]!.top).toBe(calm.bars[1]!.top);
  });

  it('writes a label before its bar where there is no room after it', () => {
    const row = layOut(input([entry('1', 160, 162, [service('cards')])])).groups[1]!.rows[0]!;
    expect(row.bars[0]!.label).toBe('before');
  });

  it('shows an entry in the row of each service it touches', () => {
    const both = entry('1', 10, 12, [service('cards'), service('portal')]);
    const rows = layOut(input([both])).groups.flatMap((group) => group.rows);
    expect(rows.filter((row) => row.bars.length === 1).map((row) => row.service!.name)).toEqual([
      'portal',
      'cards',
    ]);
  });

  it('joins the two sides of a conflict across rows, from bar to bar', () => {
    const a = entry('1', 10, 14, [service('cards')]);
    const b = entry('2', 12, 16, [service('ledger')]);
    const done = layOut(input([a, b], { conflicts: [conflict(a, b)] }));
    const [first, second] = done.groups[1]!.rows;
    const bracket = done.brackets[0]!;
    expect(bracket.top).toBe(first!.bars[0]!.top);
    expect(bracket.ticks).toEqual([0, second!.bars[0]!.top - first!.bars[0]!.top]);
    expect(bracket.tagTop).toBeGreaterThan(second!.bars[0]!.top);
  });

  it('gives a pair of mirrored conflicts one bracket and resolved ones none', () => {
    const a = entry('1', 10, 14, []);
    const b = entry('2', 12, 16, []);
    const there = conflict(a, b);
    const back = { ...conflict(b, a), overlap: there.overlap };
    expect(distinctConflicts([there, back])).toEqual([there]);
    expect(distinctConflicts([{ ...there, state: 'resolved' }])).toEqual([]);
  });

  it('keeps the bracket at the collision where the tag has to move left to fit', () => {
    const a = entry('1', 160, 166, [service('cards')]);
    const b = entry('2', 162, 166, [service('cards')]);
    const bracket = layOut(input([a, b], { conflicts: [conflict(a, b)] })).brackets[0]!;
    expect(bracket.x).toBeCloseTo((162 / 168) * 700);
    expect(bracket.tagX + bracket.tagWidth).toBeLessThanOrEqual(700);
  });

  it('brackets a record that meets a blackout, which has no bar', () => {
    const a = entry('1', 10, 14, [service('cards')]);
    const freeze: Conflict = {
      ...conflict(a, a),
      with: { id: 'blk_1', name: 'Quarter end' },
      with_kind: 'blackout',
      hits: [],
    };
    const done = layOut(input([a], { conflicts: [freeze] }));
    expect(done.brackets).toHaveLength(1);
    expect(tagOf(done.brackets[0]!.conflict)).toBe('Quarter end');
  });

  it('draws a band for its own services only, and everywhere when it names none', () => {
    const band = (name: string, services: Ref[]): Band => ({
      id: `blk_${name}`,
      name,
      window: { start: at(0), end: at(24), zone: 'UTC' },
      services,
    });
    const blackouts = [band('own', [service('cards')]), band('all', [])];
    const rows = layOut(input([], { blackouts })).groups.flatMap((group) => group.rows);
    expect(rows.map((row) => row.blackouts.length)).toEqual([1, 2, 1]);
    expect(rows[0]!.blackouts[0]!.width).toBe(100);
    const events = layOut(input([], { events: blackouts, sprints: [blackouts[1]!] })).groups;
    const own = events.flatMap((group) => group.rows);
    expect(own.map((row) => [row.events.length, row.sprints.length])).toEqual([
      [1, 1],
      [2, 1],
      [1, 1],
    ]);
  });

  it('gives meetings a row above all services, to scale, with their titles beside', () => {
    const meeting = (number: number, from: number) => ({
      subject: { id: `mtg_${number}`, number: `CAB-${number}`, name: `CAB-${number} Board` },
      board: { id: 'brd_1', name: 'Board' },
      window: { start: at(from), end: at(from + 1), zone: 'UTC' },
    });
    const meetings = [meeting(1, 10), meeting(2, 12), meeting(3, 167), meeting(4, 400)];
    const done = layOut(input([], { meetings }));
    expect(done.meetings.map((box) => box.meeting.subject.number)).toEqual([
      'CAB-1',
      'CAB-2',
      'CAB-3',
    ]);
    // An hour of the week is four pixels; the box stays wide enough to be seen.
    expect(done.meetings[0]!.width).toBe(8);
    expect(done.meetings[0]!.label).toBe('after');
    expect(done.meetings[0]!.labelWidth).toBeGreaterThanOrEqual('CAB-1 Board'.length * 7);
    expect(done.meetings[1]!.top).toBeGreaterThan(done.meetings[0]!.top);
    expect(done.meetings[2]!.label).toBe('before');
    expect(done.groups[0]!.top).toBe(done.meetingsHeight);
    expect(layOut(input([])).groups[0]!.top).toBe(0);
  });
});
