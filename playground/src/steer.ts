import type { EventClient } from 'pushstream-client';
import type { TaskEvents } from '../task-events.ts';
import { byId, setText } from './dom.ts';

/** Buttons that call the client's own methods. `comeBack` connects one that the server sent away. */
export function wireSteering(client: EventClient<TaskEvents>, comeBack: () => void): void {
  const pause = byId('pause', HTMLButtonElement);
  const close = byId('close', HTMLButtonElement);
  const again = byId('again', HTMLButtonElement);
  let hasLeft = false;
  const isClosed = (): boolean => client.status === 'closed' || client.status === 'idle';

  pause.addEventListener('click', () => (client.status === 'paused' ? client.resume() : client.pause()));
  close.addEventListener('click', () => {
    const wasOpen = !isClosed();
    if (wasOpen) client.disconnect();
    else if (hasLeft) client.connect();
    else comeBack();
    hasLeft = wasOpen;
  });
  again.addEventListener('click', () => client.reconnect());
  client.snapshot.subscribe(() => {
    setText(pause, client.status === 'paused' ? 'Resume' : 'Pause');
    setText(close, isClosed() ? 'Connect' : 'Disconnect');
    pause.disabled = isClosed();
    again.disabled = isClosed();
  });
}
