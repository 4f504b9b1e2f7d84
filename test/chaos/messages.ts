import type { ResetRule, Verdict } from './judge.ts';
import type { Stored } from './ledger.ts';

/** What a process of clients is asked for, by name, and what it answers. */
export interface CrowdCalls {
  /** Connects so many clients; answered when all are open and know where they are. */
  open: {
    readonly asked: { readonly url: string; readonly count: number; readonly transport: Transport };
    answer: null;
  };
  /** Waits until every client has those events that it wants, or a reset that stands for them. */
  reach: { readonly asked: { readonly markers: readonly Stored[]; readonly timeoutMs: number }; answer: Reached };
  /** A part of the clients gives its connection back. */
  leave: { readonly asked: { readonly share: number }; answer: null };
  /** They come back. */
  come: { readonly asked: null; answer: null };
  /** What was stored since, to which what was told since is held. */
  judge: {
    readonly asked: { readonly entries: readonly Stored[]; readonly rule: ResetRule | null };
    answer: Judged;
  };
}

/** How clients connect. */
export type Transport = 'fetch' | 'node:http';

/** Who is where he should be. */
export interface Reached {
  /** When each client was, in milliseconds since the epoch. */
  readonly times: readonly number[];
  /** In words, those that are not. */
  readonly stragglers: readonly string[];
}

/** The verdicts on all clients together. */
export interface Judged {
  readonly verdict: Verdict;
  /** Connections beyond each client's first. */
  readonly reconnects: number;
}

export type CallName = keyof CrowdCalls;

export interface Call<Name extends CallName = CallName> {
  readonly number: number;
  readonly name: Name;
  readonly asked: CrowdCalls[Name]['asked'];
}

export interface Answer {
  readonly number: number;
  readonly answer?: unknown;
  readonly problem?: string;
}
