import type { EventClient } from 'pushstream-client';
import type { TaskEvents } from '../task-events.ts';
import { byId, seconds, setText } from './dom.ts';

/** How long after a fault nothing has to have happened for it to count as harmless. */
const HARMLESS_AFTER_MS = 12_000;

/** Measures how long the last fault took from its press until the stream was open again. */
export function showRecovery(client: EventClient<TaskEvents>): { pressed(name: string): void } {
  const time = byId('recovery', HTMLElement);
  const note = byId('recovery-note', HTMLElement);
  let fault: { readonly name: string; readonly at: number } | undefined;
  let harmless: ReturnType<typeof setTimeout> | undefined;

  client.lifecycle.on('open', () => {
    if (!fault) return;
    setText(time, seconds(performance.now() - fault.at));
    setText(note, fault.name);
    clearTimeout(harmless);
    fault = undefined;
  });

  return {
    pressed(name) {
      fault = { name, at: performance.now() };
      setText(time, '…');
      setText(note, name);
      clearTimeout(harmless);
      harmless = setTimeout(() => {
        fault = undefined;
        setText(time, '0 s');
        setText(note, `${name}: harmless`);
      }, HARMLESS_AFTER_MS);
    },
  };
}
