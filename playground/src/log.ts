import { make } from './dom.ts';
import type { PageStream } from './stream.ts';

const LINES = 100;

export type Say = (kind: string, text: string) => void;

/** A list of what happened, newest first: the timeline in words. */
export function createLog(list: HTMLElement): Say {
  return (kind, text) => {
    const line = make('li');
    line.dataset['kind'] = kind;
    const now = new Date();
    const time = make('time', `${now.toLocaleTimeString('en-GB')}.${Math.floor(now.getMilliseconds() / 100)}`);
    time.dateTime = now.toISOString();
    line.append(time, make('b', kind), make('span', text));
    list.prepend(line);
    if (list.childElementCount > LINES) list.lastElementChild?.remove();
  };
}

/** Tells of a connection's life; of the server's events nothing. */
export function logLifecycle(stream: PageStream, say: Say): void {
  const { client } = stream;
  const { lifecycle } = client;
  lifecycle.on('open', ({ status }) =>
    say('open', `HTTP ${status}, ${client.lastEventId ? `asked to go on after ${client.lastEventId}` : 'from now on'}`),
  );
  lifecycle.on('error', (error) => say('error', `${error.name}: ${error.message}`));
  lifecycle.on('retry', ({ attempt, delayMs }) =>
    say('retry', `in ${(delayMs / 1_000).toFixed(2)} s${attempt > 0 ? `, attempt ${attempt}` : ''}`),
  );
  lifecycle.on('reset', ({ reason, requested, resumedFrom }) =>
    say('reset', `${reason}: no way on from ${requested}, the stream continues after ${resumedFrom}`),
  );
  lifecycle.on('dropped', ({ count }) => say('dropped', `${count} events, by the server`));
  lifecycle.on('close', (error) => {
    if (error) say('close', error.message);
    else if (stream.wasKilled) say('close', 'killed (204): the server ended the session for good');
    else say('close', 'by this page, until it connects again');
  });
  lifecycle.on('status', ({ status }) => {
    if (status === 'paused') say('paused', 'the cursor is kept');
  });
}
