// What a notice is about.

/** What a notice tells that is no moment of a release: it is read at the record. */
const OF_RECORD = ['moved_on', 'work_done'];

/** What tells one reader where releases stand. */
export const DIGEST = 'digest';

/** Where a line of a digest leads that is nothing but the path of a summary. */
export function summaryPath(line: string): string | undefined {
  return /^\/releases\/[A-Za-z0-9-]+\/summary$/.exec(line.trim())?.[0];
}

export function isOfRecord(moment: string): boolean {
  return OF_RECORD.includes(moment);
}
