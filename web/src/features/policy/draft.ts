// The text of a policy as it is being written, and what becomes of it when another version comes
// into force meanwhile: nothing of it is lost.
import type { Files, Policy } from './queries';

export interface Draft {
  /** The version that it started from. */
  base: Policy;
  files: Files;
}

export const begun = (base: Policy): Draft => ({ base, files: base.files });

const pathsOf = (...all: Files[]) => [...new Set(all.flatMap((files) => Object.keys(files)))];

const differ = (left: Files, right: Files) =>
  pathsOf(left, right).filter((path) => left[path] !== right[path]);

/** The files in which a draft differs from what it started from. */
export const edited = ({ base, files }: Draft) => differ(files, base.files);

/** Whether a newer version would cost someone their text. */
export function isOvertaken(draft: Draft, now: Policy): boolean {
  if (draft.base.version === now.version) return false;
  return edited(draft).length > 0 && differ(draft.files, now.files).length > 0;
}

/** The files that both the draft and the newer version changed, and not to the same. */
export function onBothSides(draft: Draft, now: Policy): string[] {
  const theirs = differ(now.files, draft.base.files);
  return edited(draft).filter(
    (path) => theirs.includes(path) && draft.files[path] !== now.files[path],
  );
}

/** The newer version with the edited files in their place. */
export function onTop(draft: Draft, now: Policy): Draft {
  const files = { ...now.files };
  for (const path of edited(draft)) {
    const text = draft.files[path];
    if (text !== undefined) files[path] = text;
  }
  return { base: now, files };
}
