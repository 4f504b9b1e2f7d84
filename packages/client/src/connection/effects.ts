import type { ConnectionState, Effect, Input } from './state.ts';

/** What a step means for the world: all of it follows from the difference, and from the frames that came. */
export function effectsOf(was: ConnectionState, is: ConnectionState, input: Input): readonly Effect[] {
  const effects: Effect[] = [];
  if (was === is) return effects;
  const { connectionId, phase, error, retry } = is;
  const left = was.connectionId !== connectionId;
  if (left) effects.push({ type: 'abort' });
  if (phase === 'connecting' && (left || was.phase !== phase)) effects.push({ type: 'open' });
  if (input.type === 'opened') effects.push({ type: 'announce', name: 'open', payload: input.info });
  const ended = phase === 'closed' && was.phase !== phase;
  if (error && (ended || error !== was.error || is.attempt > was.attempt))
    effects.push({ type: 'announce', name: 'error', payload: error });
  if (retry && retry !== was.retry) effects.push({ type: 'announce', name: 'retry', payload: retry });
  if (ended) effects.push({ type: 'announce', name: 'close', payload: error });
  if (input.type === 'frames') effects.push({ type: 'deliver', frames: input.frames });
  return effects;
}
