// A verb of a record: `POST /releases/REL-17/submit`, bound to the version that was seen.
import { useWrite } from './write';

export function useVerb(path: string, version?: number, onDone?: (verb: string) => void) {
  const write = useWrite((_, sent) => onDone?.(sent.path.slice(path.length + 1)));
  const run = (verb: string, body: object = {}, bound = true) =>
    write.mutate({ path: `${path}/${verb}`, body, version: bound ? version : undefined });
  return { run, busy: write.isPending, problem: write.error, clear: write.reset };
}

export type Verb = ReturnType<typeof useVerb>;
