// A write from a page: one idempotency key per intent, everything on screen fetched anew after it.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { newKey, send, type Method } from './client';
import { asProblem, type Problem } from './problem';
import type { Written } from './schema';

export interface Write {
  method?: Method;
  path: string;
  body?: unknown;
  version?: number;
}

export function useWrite<Answer = Written>(onDone?: (answer: Answer, write: Write) => void) {
  const queries = useQueryClient();
  const intent = useRef<{ text: string; key: string } | undefined>(undefined);
  const mutation = useMutation<Answer, Problem, Write>({
    mutationFn: async (write) => {
      const text = JSON.stringify(write);
      if (intent.current?.text !== text) intent.current = { text, key: newKey() };
      const { method = 'POST', path, body, version } = write;
      try {
        return await send<Answer>(method, path, body, { version, key: intent.current.key });
      } catch (error) {
        const problem = asProblem(error);
        // Only an answer that never came may be repeated under the same key.
        if (problem.status !== 0) intent.current = undefined;
        throw problem;
      }
    },
    onError: (problem) => {
      // Someone else was first: the page shows the newest version beside what was typed.
      if (problem.status === 412) void queries.invalidateQueries();
    },
    onSuccess: async (answer, write) => {
      intent.current = undefined;
      await queries.invalidateQueries();
      onDone?.(answer, write);
    },
  });
  return mutation;
}
