// What a notice is about.

/** What a notice tells that is no moment of a release: it is read at the record. */
const OF_RECORD = ['moved_on', 'work_done'];

export function isOfRecord(moment: string): boolean {
  return OF_RECORD.includes(moment);
}
