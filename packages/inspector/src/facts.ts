import type { Snapshot } from 'pushstream-client';
import { type Make, setAttribute, setText } from './dom.ts';
import type { InspectedClient, Known } from './recorder.ts';
import { cut, timeOfDay, withoutSecrets } from './text.ts';

const SECOND_MS = 1_000;

/** How a client is, in words: status, address, numbers, the last error. */
export interface Facts {
  readonly element: HTMLElement;
  /** Returns in how many milliseconds one of its numbers changes by itself; `undefined`: none does. */
  render(client: InspectedClient | null, known: Known, now: number): number | undefined;
}

const names = ['Cursor', 'Opened', 'Attempt', 'Next attempt', 'Last byte', 'Leases', 'Resets', 'Drops'];

/** Whole seconds that are left; they count down to 1. */
const secondsTo = (at: number, now: number): number => Math.max(0, Math.ceil((at - now) / SECOND_MS));
const secondsSince = (at: number, now: number): number => Math.max(0, Math.floor((now - at) / SECOND_MS));

function lastByte({ status }: Snapshot, { lastByteAt }: Known, now: number): string {
  if (lastByteAt === undefined) return '–';
  if (status !== 'open') return timeOfDay(lastByteAt).slice(0, 8);
  const seconds = secondsSince(lastByteAt, now);
  return seconds === 0 ? 'now' : `${seconds} s ago`;
}

/** In the order of their names. */
function valuesOf(client: InspectedClient, known: Known, now: number): readonly (string | number)[] {
  const snapshot = client.snapshot.peek();
  const { retry, opens } = snapshot;
  return [
    cut(client.lastEventId, 256) || 'none',
    opens,
    retry?.attempt ?? known.state?.attempt ?? 0,
    retry ? `in ${secondsTo(retry.at, now)} s` : '–',
    lastByte(snapshot, known, now),
    known.leases,
    known.resets,
    known.drops,
  ];
}

/** When the seconds that are shown are others. */
function nextChange(client: InspectedClient, { lastByteAt }: Known, now: number): number | undefined {
  const { retry, status } = client.snapshot.peek();
  if (retry && retry.at > now) return (retry.at - now) % SECOND_MS || SECOND_MS;
  if (status !== 'open' || lastByteAt === undefined) return undefined;
  return SECOND_MS - (Math.max(0, now - lastByteAt) % SECOND_MS);
}

/** Why a paused stream is: who holds it. */
function statusText(status: string, { state }: Known): string {
  const reasons = status === 'paused' && state ? state.pauseReasons.join(', ') : '';
  return reasons === '' ? status : `${status}: ${cut(reasons, 99)}`;
}

/** `controls` stands beside the status. */
export function createFacts(make: Make, controls: HTMLElement): Facts {
  const status = make('strong', { class: 'status', role: 'status' });
  const url = make('span', { class: 'url' });
  const values = names.map(() => make('dd'));
  const list = make(
    'dl',
    { class: 'facts' },
    ...values.map((value, at) => make('div', { class: 'fact' }, make('dt', {}, names[at] ?? ''), value)),
  );
  const failure = make('p', { class: 'failure' });
  const element = make('div', { class: 'head' }, make('div', { class: 'title' }, status, url, controls), list, failure);

  return {
    element,
    render(client, known, now) {
      const word = client?.snapshot.peek().status ?? 'no client';
      setAttribute(element, 'data-status', word);
      setText(status, statusText(word, known));
      setText(url, client ? withoutSecrets(client.url) : '');
      const shown = client ? valuesOf(client, known, now) : [];
      for (const [at, value] of values.entries()) setText(value, shown[at] ?? '–');
      setAttribute(list, 'data-lost', known.resets + known.drops > 0);
      const { code, message, at } = known.failure ?? {};
      setAttribute(failure, 'data-failed', code !== undefined);
      setText(failure, at === undefined ? 'No error' : `${code}: ${message} (${timeOfDay(at)})`);
      return client ? nextChange(client, known, now) : undefined;
    },
  };
}
