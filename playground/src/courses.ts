import type { FaultName } from '../contract.ts';

/** What is to be expected of a fault. */
export type Expected =
  /** Ends streams, no sooner than `fromMs` and no later than `untilMs` after its press. */
  | { readonly kind: 'break'; readonly fromMs?: number; readonly untilMs: number }
  /** As `break`, but perhaps of other streams than this page's. */
  | { readonly kind: 'perhaps'; readonly untilMs: number }
  /** Events come late, for so long; then all of them are to be there. */
  | { readonly kind: 'late'; readonly untilMs: number }
  /** An event comes again. */
  | { readonly kind: 'again'; readonly untilMs: number };

const soon = { kind: 'break', untilMs: 4_000 } as const;
const server = { kind: 'break', untilMs: 12_000 } as const;

/** By fault: a little longer than it lasts, as the server has it. */
export const EXPECTED: Record<FaultName | 'burst', Expected> = {
  cut: soon,
  'cut-mid-event': soon,
  stall: server,
  refuse: { kind: 'break', untilMs: 6_000 },
  unavailable: { kind: 'break', untilMs: 6_000 },
  unauthorized: { kind: 'break', untilMs: 6_000 },
  slow: { kind: 'late', untilMs: 10_000 },
  duplicate: { kind: 'again', untilMs: 4_000 },
  restart: server,
  'restart-empty': server,
  trim: server,
  // The stream is opened again at once, with rights that end; their end is the fault.
  expire: { kind: 'break', fromMs: 2_000, untilMs: 6_000 },
  drain: { kind: 'break', untilMs: 8_000 },
  burst: { kind: 'late', untilMs: 500 },
};
