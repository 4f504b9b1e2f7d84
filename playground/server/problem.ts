import { STATUS_CODES } from 'node:http';
import type { Problem } from '../contract.ts';

/** Why a request is refused; thrown where that is known. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }

  /** As problem details: RFC 9457. */
  toResponse(): Response {
    const { status, message: detail } = this;
    const problem: Problem = { type: 'about:blank', title: STATUS_CODES[status] ?? '', status, detail };
    return Response.json(problem, { status, headers: { 'content-type': 'application/problem+json' } });
  }
}

/** What came, as a message may show it. */
export const quote = (value: unknown): string => JSON.stringify(value)?.slice(0, 100) ?? 'nothing';
