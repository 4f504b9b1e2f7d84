import type { Snapshot } from 'pushstream-client';
import { byId, seconds, setText } from './dom.ts';
import type { PageStream } from './stream.ts';

const WORDS: Record<Snapshot['status'], string> = {
  idle: 'Idle',
  connecting: 'Connecting',
  open: 'Connected',
  reconnecting: 'Reconnecting',
  paused: 'Paused',
  closed: 'Disconnected',
};
const TICK_MS = 100;
/** A screen reader is told what lasts, not every step of a reconnection. */
const SAY_AFTER_MS = 1_000;

/** The connection as the snapshot has it: word, reason, and the wait counting down. */
export function showStatus(stream: PageStream): void {
  const { client } = stream;
  const pill = byId('status', HTMLElement);
  const panels = byId('live', HTMLElement);
  const word = byId('status-word', HTMLElement);
  const detail = byId('detail', HTMLElement);
  const wait = byId('wait', HTMLProgressElement);
  const live = byId('live-status', HTMLElement);
  let ticking: ReturnType<typeof setInterval> | undefined;
  let saying: ReturnType<typeof setTimeout> | undefined;

  function countDown(): void {
    const snapshot = client.snapshot.value;
    const { retry } = snapshot;
    setText(detail, stream.wasKilled ? 'The server ended this session for good' : detailOf(snapshot));
    wait.classList.toggle('waiting', retry !== null);
    wait.value = retry ? Math.max(0, (retry.at - Date.now()) / Math.max(1, retry.delayMs)) : 0;
    if (!retry) {
      clearInterval(ticking);
      ticking = undefined;
    } else ticking ??= setInterval(countDown, TICK_MS);
  }

  client.snapshot.subscribe(({ status, error }) => {
    const { wasKilled } = stream;
    const says = wasKilled ? 'Killed (204)' : WORDS[status];
    for (const element of [pill, panels]) element.dataset['status'] = status;
    pill.toggleAttribute('data-failed', wasKilled || (status === 'closed' && error !== null));
    setText(word, says);
    clearTimeout(saying);
    saying = setTimeout(() => setText(live, error ? `${says}: ${brief(error)}` : says), SAY_AFTER_MS);
    countDown();
  });
}

/** Everything here is of this machine's own server, and allowed: neither its origin nor a hint at CORS helps. */
function brief({ message }: Error): string {
  return message.replace(/https?:\/\/[^/]*(\/\S*)/, '$1').replace(/ \(another origin.*/, '');
}

function detailOf({ status, error, retry, opens }: Snapshot): string {
  if (retry) {
    const left = seconds(Math.max(0, retry.at - Date.now()));
    return `Next attempt in ${left} · ${error ? brief(error) : 'the server ended the stream'}`;
  }
  if (status === 'open') return opens > 1 ? `Connection ${opens} of this page` : 'First connection of this page';
  if (status === 'paused') return 'No connection, but the place in the stream is kept';
  if (error) return brief(error);
  return status === 'closed' ? 'Until somebody connects again' : 'Waiting for the server';
}
