import { ClosedError, EventTooLargeError, LogUnavailableError, type SchemaIssue, SchemaError } from '../errors.ts';

const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/** A status that refuses. */
export type ProblemStatus = keyof typeof TITLES;

/** What else belongs to a refusal. */
export interface ProblemParts {
  readonly headers?: Readonly<Record<string, string>>;
  /** What a schema says. */
  readonly issues?: readonly SchemaIssue[];
}

/** Longer is not read by anybody, and may be what a client sent. */
const MAX_DETAIL = 500;

/** Why a request is refused; thrown where that is known, answered as problem details. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: ProblemStatus;
  readonly parts: ProblemParts;

  constructor(status: ProblemStatus, detail: string, parts: ProblemParts = {}) {
    super(detail.slice(0, MAX_DETAIL));
    this.status = status;
    this.parts = parts;
  }

  /** As RFC 9457 has it. */
  toResponse(): Response {
    const { status, message, parts } = this;
    const issues = parts.issues?.map(({ message: text, path = [] }) => ({
      message: text,
      path: path.map((part) => String(typeof part === 'object' ? part.key : part)),
    }));
    const body = { type: 'about:blank', title: TITLES[status], status, detail: message, ...(issues && { issues }) };
    return new Response(`${JSON.stringify(body)}\n`, {
      status,
      headers: { 'content-type': 'application/problem+json', ...parts.headers },
    });
  }
}

/** In whole seconds, as the header wants it; never 0, which would mean at once. */
export const retryAfter = (ms: number): Record<string, string> => ({
  'retry-after': String(Math.max(1, Math.ceil(ms / 1_000))),
});

/** House form: a check of what came in, and not a mistake of ours whose message is nobody's business. */
const isMisuse = (error: unknown): error is TypeError | RangeError =>
  (error instanceof TypeError || error instanceof RangeError) && /: expected .+, got /s.test(error.message);

/** `advice`: what to do about it. The error's own message may tell where the log is. */
export const logIsAway = ({ retryAfterMs }: LogUnavailableError, advice: string): Problem =>
  new Problem(503, `The log cannot be reached at the moment; ${advice}`, { headers: retryAfter(retryAfterMs) });

/** The problem that an error stands for; `undefined`: it is not the client's. */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  // One with a cause is the schema's own failure.
  if (error instanceof SchemaError && error.cause === undefined)
    return new Problem(422, error.message, { issues: error.issues });
  if (error instanceof EventTooLargeError) return new Problem(413, error.message);
  if (error instanceof LogUnavailableError) return logIsAway(error, 'try again');
  if (error instanceof ClosedError) return new Problem(503, error.message, { headers: retryAfter(1_000) });
  // What is an option to the hub is a part of the request here.
  return isMisuse(error) ? new Problem(400, error.message.replace(/^options\./, '')) : undefined;
}
