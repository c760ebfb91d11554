// Where everything stands on the timeline by service: rows grouped by team, bars packed into lanes,
// bands behind them, and brackets that join the two sides of a conflict. Pure: times in, pixels out.
import { distinctConflicts } from '../conflicts';
import type { Range } from '../range';
import type { Band, Conflict, Entry, MeetingEntry, Ref } from '../model';

const LANE_HEIGHT = 28;
const GROUP_HEIGHT = 28;
const ROW_PADDING = 6;
const BAR_MIN_WIDTH = 8;
const LABEL_GAP = 6;
const CHARACTER_WIDTH = 7;
const LABEL_WIDTH_MAX = 210;
const LABEL_INSIDE_MIN = 96;
const LABEL_AFTER_MIN = 150;
const TAG_WIDTH_MAX = 280;
const TAG_PADDING = 34;

export interface ServiceLine {
  service: Ref;
  team?: string;
}

export interface Scale {
  range: Range;
  width: number;
}

export interface Bar {
  key: string;
  entry: Entry;
  row: number;
  x: number;
  width: number;
  top: number;
  /** Inside the bar where it fits, else after it, else before it at the right edge. */
  label: 'inside' | 'after' | 'before';
  labelWidth: number;
  /** True when the window goes on beyond what is shown. */
  clippedStart: boolean;
  clippedEnd: boolean;
}

interface BandBox {
  key: string;
  band: Band;
  x: number;
  width: number;
}

export interface Row {
  key: string;
  service: Ref | null;
  top: number;
  height: number;
  bars: Bar[];
  blackouts: BandBox[];
  windows: BandBox[];
  peaks: BandBox[];
  events: BandBox[];
  sprints: BandBox[];
  external: BandBox[];
}

/** A meeting of a board, in the row above all services. */
export interface MeetingBox {
  meeting: MeetingEntry;
  x: number;
  /** To scale, and never too narrow to be seen. */
  width: number;
  top: number;
  label: Bar['label'];
  labelWidth: number;
}

export interface Group {
  key: string;
  name: string | null;
  top: number;
  rows: Row[];
}

/** A bracket around what collides, with a tag that names the path. */
export interface Bracket {
  key: string;
  conflict: Conflict;
  x: number;
  /** The tag moves left where it would not fit; the bracket stays. */
  tagX: number;
  top: number;
  height: number;
  /** Heights of the bars it joins, measured from its own top. */
  ticks: number[];
  tagTop: number;
  tagWidth: number;
  row: number;
}

export interface Timeline {
  meetings: MeetingBox[];
  /** How high the row of meetings is; 0 without any. */
  meetingsHeight: number;
  groups: Group[];
  brackets: Bracket[];
  height: number;
}

export interface Input {
  entries: Entry[];
  meetings: MeetingEntry[];
  blackouts: Band[];
  windows: Band[];
  peaks: Band[];
  events: Band[];
  sprints: Band[];
  external: Band[];
  conflicts: Conflict[];
  services: ServiceLine[];
  scale: Scale;
}

export function xOf(ms: number, scale: Scale): number {
  const { startMs, endMs } = scale.range;
  const part = (ms - startMs) / (endMs - startMs);
  return Math.min(1, Math.max(0, part)) * scale.width;
}

/** The words of a conflict's tag: the path of its first hit, and how many more there are. */
export function tagOf(conflict: Conflict): string {
  const [first] = conflict.hits;
  if (!first) return conflict.with.name;
  const more = conflict.hits.length - 1;
  const path = first.path || first.ci.name;
  return more > 0 ? `${path} +${more}` : path;
}

class Lanes {
  private readonly endings: number[] = [];

  /** The first lane that is free from `start`, taken until `end`. */
  take(start: number, end: number): number {
    let lane = this.endings.findIndex((ending) => ending <= start);
    if (lane < 0) lane = this.endings.length;
    this.endings[lane] = end;
    return lane;
  }

  get count(): number {
    return this.endings.length;
  }
}

function overlaps(window: { start: string; end: string }, range: Range): boolean {
  return Date.parse(window.start) < range.endMs && Date.parse(window.end) > range.startMs;
}

function boxesFor(bands: Band[], service: Ref | null, scale: Scale): BandBox[] {
  return bands
    .filter((band) => overlaps(band.window, scale.range))
    .filter((band) => isFor(band, service))
    .map((band) => {
      const x = xOf(Date.parse(band.window.start), scale);
      const end = xOf(Date.parse(band.window.end), scale);
      return { key: `${band.id}-${band.window.start}`, band, x, width: Math.max(2, end - x) };
    });
}

function isFor(band: Band, service: Ref | null): boolean {
  if (band.services.length === 0) return true;
  return service !== null && band.services.some((one) => one.id === service.id);
}

interface Placed {
  bar: Bar;
  start: number;
  end: number;
}

/** A box to scale with its words, and the room that both take. */
function boxOf(window: { start: string; end: string }, text: string, scale: Scale) {
  const x = xOf(Date.parse(window.start), scale);
  const width = Math.max(BAR_MIN_WIDTH, xOf(Date.parse(window.end), scale) - x);
  const wanted = Math.min(LABEL_WIDTH_MAX, text.length * CHARACTER_WIDTH);
  const room = Math.max(0, scale.width - (x + width + LABEL_GAP));
  const label = labelPlace({ wanted, width, room, x });
  const labelWidth = label === 'inside' ? width : Math.min(wanted, label === 'after' ? room : x);
  const start = label === 'before' ? x - LABEL_GAP - labelWidth : x;
  const end = x + width + (label === 'after' ? LABEL_GAP + labelWidth + 4 : 2);
  return { x, width, label, labelWidth, start, end };
}

function measure(entry: Entry, row: number, scale: Scale): Placed {
  const text = `${entry.subject.number ?? ''} ${entry.subject.name}`;
  const { x, width, label, labelWidth, start, end } = boxOf(entry.window, text, scale);
  const bar: Bar = {
    key: `${row}-${entry.subject.id}`,
    entry,
    row,
    x,
    width,
    top: 0,
    label,
    labelWidth,
    clippedStart: Date.parse(entry.window.start) < scale.range.startMs,
    clippedEnd: Date.parse(entry.window.end) > scale.range.endMs,
  };
  return { bar, start, end };
}

interface LabelRoom {
  wanted: number;
  width: number;
  room: number;
  x: number;
}

function labelPlace({ wanted, width, room, x }: LabelRoom): Bar['label'] {
  if (width >= Math.min(wanted, LABEL_INSIDE_MIN)) return 'inside';
  return room < Math.min(wanted, LABEL_AFTER_MIN) && x > wanted + LABEL_GAP ? 'before' : 'after';
}

interface RowDraft {
  line: ServiceLine | null;
  entries: Entry[];
}

function draftsOf(input: Input): Map<string | null, RowDraft[]> {
  const byService = new Map<string, RowDraft>();
  const groups = new Map<string | null, RowDraft[]>();
  const add = (team: string | null, draft: RowDraft) => {
    groups.set(team, [...(groups.get(team) ?? []), draft]);
  };
  for (const line of input.services) {
    const draft: RowDraft = { line, entries: [] };
    byService.set(line.service.id, draft);
    add(line.team ?? null, draft);
  }
  const loose: RowDraft = { line: null, entries: [] };
  for (const entry of input.entries) {
    if (!overlaps(entry.window, input.scale.range)) continue;
    const homes = entry.services.map((one) => byService.get(one.id)).filter((one) => !!one);
    if (homes.length === 0) loose.entries.push(entry);
    for (const home of homes) home.entries.push(entry);
  }
  if (loose.entries.length > 0) add(null, loose);
  return new Map([...groups].sort(([a], [b]) => compareTeams(a, b)));
}

function compareTeams(a: string | null, b: string | null): number {
  if (a === null) return b === null ? 0 : 1;
  return b === null ? -1 : a.localeCompare(b);
}

interface Tagged {
  conflict: Conflict;
  bracketX: number;
  x: number;
  width: number;
  lane: number;
}

interface Packed {
  row: Row;
  tags: Tagged[];
}

function packRow(
  draft: RowDraft,
  index: number,
  top: number,
  input: Input,
  tags: Conflict[],
): Packed {
  const { scale } = input;
  const service = draft.line?.service ?? null;
  const lanes = new Lanes();
  const placed = draft.entries
    .map((entry) => measure(entry, index, scale))
    .sort((a, b) => a.start - b.start || b.bar.width - a.bar.width);
  const bars = placed.map(({ bar, start, end }) => {
    const lane = lanes.take(start, end);
    return { ...bar, top: top + ROW_PADDING + lane * LANE_HEIGHT };
  });
  const taken = tags.map((conflict) => tagPlace(conflict, scale)).sort((a, b) => a.x - b.x);
  // Tags have lanes of their own below the bars, so that they never cover one.
  const tagLanes = new Lanes();
  const tagged = taken.map((tag) => ({
    ...tag,
    lane: lanes.count + tagLanes.take(tag.x, tag.x + tag.width + 8),
  }));
  const laneCount = Math.max(1, lanes.count + tagLanes.count);
  const row: Row = {
    key: service?.id ?? 'none',
    service,
    top,
    height: laneCount * LANE_HEIGHT + ROW_PADDING * 2,
    bars,
    blackouts: boxesFor(input.blackouts, service, scale),
    windows: boxesFor(input.windows, service, scale),
    peaks: boxesFor(input.peaks, service, scale),
    events: boxesFor(input.events, service, scale),
    sprints: boxesFor(input.sprints, service, scale),
    external: boxesFor(input.external, service, scale),
  };
  return { row, tags: tagged };
}

function tagPlace(conflict: Conflict, scale: Scale): Omit<Tagged, 'lane'> {
  const width = Math.min(TAG_WIDTH_MAX, tagOf(conflict).length * CHARACTER_WIDTH + TAG_PADDING);
  const x = xOf(Date.parse(conflict.overlap.start), scale);
  return { conflict, bracketX: x, x: Math.max(0, Math.min(x, scale.width - width)), width };
}

/** For each conflict, the rows of its two sides, the nearest pair when there are several. */
function homesOf(conflict: Conflict, rowsOf: Map<string, number[]>): [number, number] | null {
  const own = (conflict.subject && rowsOf.get(conflict.subject.id)) || [];
  const other = rowsOf.get(conflict.with.id) ?? [];
  if (own.length === 0 && other.length === 0) return null;
  if (own.length === 0) return [other[0]!, other[0]!];
  if (other.length === 0) return [own[0]!, own[0]!];
  let best: [number, number] = [own[0]!, other[0]!];
  for (const a of own) {
    for (const b of other) {
      if (Math.abs(a - b) < Math.abs(best[0] - best[1])) best = [a, b];
    }
  }
  return best;
}

function rowsBySubject(drafts: RowDraft[]): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  drafts.forEach((draft, index) => {
    for (const entry of draft.entries) {
      rows.set(entry.subject.id, [...(rows.get(entry.subject.id) ?? []), index]);
    }
  });
  return rows;
}

/** Lays out the whole timeline. */
export function layOut(input: Input): Timeline {
  const drafts = draftsOf(input);
  const flat = [...drafts.values()].flat();
  const rowsOf = rowsBySubject(flat);
  const shown = distinctConflicts(input.conflicts).filter((one) =>
    overlaps(one.overlap, input.scale.range),
  );
  const homes = new Map(shown.map((conflict) => [conflict, homesOf(conflict, rowsOf)]));
  const groups: Group[] = [];
  const packed: Packed[] = [];
  const meetings = meetingsOf(input);
  const meetingLanes = new Set(meetings.map((one) => one.top)).size;
  const meetingsHeight = meetingLanes === 0 ? 0 : meetingLanes * LANE_HEIGHT + ROW_PADDING * 2;
  let top = meetingsHeight;
  for (const [name, lines] of drafts) {
    const group: Group = { key: name ?? 'none', name, top, rows: [] };
    top += GROUP_HEIGHT;
    for (const draft of lines) {
      const index = packed.length;
      const tags = shown.filter((one) => Math.max(...(homes.get(one) ?? [-1])) === index);
      const done = packRow(draft, index, top, input, tags);
      packed.push(done);
      group.rows.push(done.row);
      top += done.row.height;
    }
    groups.push(group);
  }
  const rows = packed.map((one) => one.row);
  const brackets = packed.flatMap((one, index) =>
    one.tags.map((tag) => bracketOf(tag, index, rows, homes.get(tag.conflict) ?? [index, index])),
  );
  return { meetings, meetingsHeight, groups, brackets, height: top };
}

/** Meetings are short: their boxes are to scale, with the title beside where it does not fit. */
function meetingsOf({ meetings, scale }: Input): MeetingBox[] {
  const lanes = new Lanes();
  return meetings
    .filter((meeting) => overlaps(meeting.window, scale.range))
    .map((meeting) => {
      const box = boxOf(meeting.window, meeting.subject.name, scale);
      const { x, width, label, labelWidth, start, end } = box;
      const top = ROW_PADDING + lanes.take(start, end) * LANE_HEIGHT;
      return { meeting, x, width, top, label, labelWidth };
    });
}

function bracketOf(tag: Tagged, index: number, rows: Row[], homes: [number, number]): Bracket {
  const { conflict } = tag;
  const sides = [conflict.subject?.id, conflict.with.id];
  const tops = homes.flatMap((home) =>
    rows[home]!.bars.filter((bar) => sides.includes(bar.entry.subject.id)).map((bar) => bar.top),
  );
  const tagTop = rows[index]!.top + ROW_PADDING + tag.lane * LANE_HEIGHT;
  const top = Math.min(tagTop, ...tops);
  return {
    key: conflict.id ?? `${sides.join('-')}-${conflict.overlap.start}`,
    conflict,
    x: tag.bracketX,
    tagX: tag.x,
    top,
    height: tagTop - top,
    ticks: tops.map((one) => one - top),
    tagTop,
    tagWidth: tag.width,
    row: index,
  };
}
