import type { Inspection } from 'pushstream-client';
import { cut, withoutSecrets } from './text.ts';

type Input = Extract<Inspection, { kind: 'input' }>['input'];
type Transition = Extract<Inspection, { kind: 'transition' }>;

/** Characters that are kept of one message. */
const MAX_MESSAGE = 500;

/** Something that went wrong, as it is shown. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

export function failureOf({ code, message }: { readonly code: string; readonly message: string }): Failure {
  return { code, message: cut(withoutSecrets(message), MAX_MESSAGE) };
}

/** Why a phase ended: the input that ended it, in words. */
export function causeOf(input: Input | undefined, { from, state }: Transition): string {
  if (!input) return '';
  const { type } = input;
  if ('error' in input) {
    // No error: a 204.
    const { code, message } = failureOf(input.error ?? { code: 'ended', message: 'by the server, with 204' });
    return `${code}: ${message}`;
  }
  if ('reason' in input) return `${type}: ${cut(input.reason, MAX_MESSAGE)}`;
  if ('suspicion' in input) return `${type}: ${input.suspicion}`;
  if (type === 'opened') return `connection ${state.opens}`;
  if (type !== 'timer') return type;
  if (from === 'waiting') return `attempt ${state.attempt}`;
  return from === 'open' ? 'heartbeat-timeout' : 'connect-timeout';
}
