import { createButton, type Make, setText } from './dom.ts';
import type { InspectedClient } from './recorder.ts';

/** The reason by which an inspector pauses: nobody else's is taken back by it. */
const REASON = 'inspector';

/** Buttons that act on the client. */
export interface Controls {
  readonly element: HTMLElement;
  render(pauseReasons: readonly string[]): void;
  /** Takes back a pause of its own: nobody else would. */
  release(): void;
}

export function createControls(make: Make, client: () => InspectedClient | null): Controls {
  let paused: InspectedClient | null = null;
  let holds = false;

  function button(label: string, act: (client: InspectedClient) => void): HTMLButtonElement {
    return createButton(make, label, () => {
      const current = client();
      if (current) act(current);
    });
  }
  const pause = button('Pause stream', (current) => {
    if (holds) current.resume(REASON);
    else current.pause(REASON);
    paused = holds ? null : current;
  });
  const element = make(
    'div',
    { class: 'controls', role: 'group', 'aria-label': 'The client' },
    button('Connect', (current) => current.connect()),
    button('Disconnect', (current) => current.disconnect()),
    button('Reconnect', (current) => current.reconnect()),
    pause,
  );
  return {
    element,
    render(pauseReasons) {
      holds = pauseReasons.includes(REASON);
      setText(pause, holds ? 'Resume stream' : 'Pause stream');
    },
    release() {
      paused?.resume(REASON);
      paused = null;
    },
  };
}
