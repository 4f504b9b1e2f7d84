import { byId, setText } from './dom.ts';
import type { PageStream } from './stream.ts';

/** Buttons that call the client's own methods. */
export function wireSteering(stream: PageStream): void {
  const { client } = stream;
  const pause = byId('pause', HTMLButtonElement);
  const close = byId('close', HTMLButtonElement);
  const again = byId('again', HTMLButtonElement);
  const isClosed = (): boolean => client.status === 'closed' || client.status === 'idle';

  /** Who holds the stream back: the inspector may, too. */
  let reasons: readonly string[] = [];

  function resume(): void {
    for (const reason of reasons) client.resume(reason);
  }

  client.inspect((inspection) => {
    if (inspection.kind === 'transition') reasons = inspection.state.pauseReasons;
  });
  pause.addEventListener('click', () => (client.status === 'paused' ? resume() : client.pause()));
  close.addEventListener('click', () => (isClosed() ? stream.comeBack() : client.disconnect()));
  again.addEventListener('click', () => client.reconnect());
  client.snapshot.subscribe(() => {
    setText(pause, client.status === 'paused' ? 'Resume' : 'Pause');
    setText(close, stream.wasKilled ? 'Come back as a new session' : isClosed() ? 'Connect' : 'Disconnect');
    close.toggleAttribute('data-alone', stream.wasKilled);
    pause.disabled = isClosed();
    again.disabled = isClosed() || client.status === 'paused';
  });
}
