import type { EventClient, Snapshot } from 'pushstream-client';
import type { TaskEvents } from '../task-events.ts';
import { byId, setText } from './dom.ts';

const WORDS: Record<Snapshot['status'], string> = {
  idle: 'Idle',
  connecting: 'Connecting',
  open: 'Connected',
  reconnecting: 'Reconnecting',
  paused: 'Paused',
  closed: 'Disconnected',
};
const TICK_MS = 100;

/** The connection as the snapshot has it: word, reason, and the wait counting down. */
export function showConnection(client: EventClient<TaskEvents>): void {
  const pill = byId('status', HTMLElement);
  const word = byId('status-word', HTMLElement);
  const detail = byId('detail', HTMLElement);
  const wait = byId('wait', HTMLProgressElement);
  const live = byId('live', HTMLElement);
  let ticking: ReturnType<typeof setInterval> | undefined;

  function countDown(): void {
    const snapshot = client.snapshot.value;
    const { retry } = snapshot;
    setText(detail, detailOf(snapshot));
    wait.classList.toggle('waiting', retry !== null);
    wait.value = retry ? Math.max(0, (retry.at - Date.now()) / Math.max(1, retry.delayMs)) : 0;
    if (!retry) {
      clearInterval(ticking);
      ticking = undefined;
    } else ticking ??= setInterval(countDown, TICK_MS);
  }

  client.snapshot.subscribe((snapshot) => {
    pill.dataset['status'] = snapshot.status;
    pill.toggleAttribute('data-failed', snapshot.status === 'closed' && snapshot.error !== null);
    setText(word, WORDS[snapshot.status]);
    setText(live, snapshot.error ? `${WORDS[snapshot.status]}: ${snapshot.error.message}` : WORDS[snapshot.status]);
    countDown();
  });
}

/** Everything here is of this page's own server. */
function brief({ message }: Error): string {
  return message.replace(location.origin, '');
}

function detailOf({ status, error, retry, opens }: Snapshot): string {
  if (retry) {
    const seconds = Math.max(0, (retry.at - Date.now()) / 1_000).toFixed(1);
    return `Next attempt in ${seconds} s · ${error ? brief(error) : 'the server ended the stream'}`;
  }
  if (status === 'open') return opens > 1 ? `Connection ${opens} of this page` : 'First connection of this page';
  if (status === 'paused') return 'No connection, but the place in the stream is kept';
  if (error) return brief(error);
  return status === 'closed' ? 'Until you connect again' : 'Waiting for the server';
}
