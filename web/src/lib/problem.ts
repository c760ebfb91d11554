// What the server says when it says no (RFC 9457), and the same shape for a broken connection.
import type { FieldError, Refusal } from './schema';

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  errors?: FieldError[];
  incident?: string;
}

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[];
  readonly incident?: string;

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? `the server answered ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.errors = body.errors ?? [];
    this.incident = body.incident;
  }

  get refusal(): Refusal {
    return { code: this.code, detail: this.message, errors: this.errors };
  }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem(0, { code: 'client.fault', detail });
}
