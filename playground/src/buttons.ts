import type { EventClient } from 'pushstream-client';
import type { TaskEvents } from '../task-events.ts';
import { byId, setText } from './dom.ts';
import type { Say } from './log.ts';

/** Buttons that make the server do something: `data-post` says what. */
export function wireServerButtons(say: Say): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-post]')) {
    button.addEventListener('click', () => void press(button, say));
  }
}

async function press(button: HTMLButtonElement, say: Say): Promise<void> {
  say('you', Array.from(button.children, ({ textContent }) => textContent).join(': '));
  try {
    const { ok, status } = await fetch(button.dataset['post'] ?? '', { method: 'POST' });
    if (!ok) say('error', `The server refused that with HTTP ${status}`);
  } catch {
    say('error', 'The server could not be reached for that');
  }
}

/** Buttons that call the client's own methods. */
export function wireSteering(client: EventClient<TaskEvents>): void {
  const pause = byId('pause', HTMLButtonElement);
  const close = byId('close', HTMLButtonElement);
  const isClosed = (): boolean => client.status === 'closed' || client.status === 'idle';

  pause.addEventListener('click', () => (client.status === 'paused' ? client.resume() : client.pause()));
  close.addEventListener('click', () => (isClosed() ? client.connect() : client.disconnect()));
  byId('again', HTMLButtonElement).addEventListener('click', () => client.reconnect());
  client.snapshot.subscribe(() => {
    rename(pause, client.status === 'paused' ? 'Resume' : 'Pause');
    rename(close, isClosed() ? 'Connect' : 'Disconnect');
  });
}

function rename(button: HTMLButtonElement, name: string): void {
  const label = button.querySelector('b');
  if (label) setText(label, name);
}
