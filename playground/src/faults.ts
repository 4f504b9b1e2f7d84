import type { ActiveFault, FaultName } from '../contract.ts';
import { burst, getActiveFaults, pressFault } from './api.ts';
import { byId, make, seconds, setText } from './dom.ts';
import type { Say } from './log.ts';

/** What each does, in a few honest words. */
const WORDS: Record<FaultName, readonly [title: string, text: string]> = {
  cut: ['Cut', 'ends every stream'],
  'cut-mid-event': ['Cut mid-event', 'half an event, then gone'],
  stall: ['Stall', '10\u00a0s of silence, no error'],
  refuse: ['Refuse', 'no connection for 5\u00a0s'],
  unavailable: ['503', 'Retry-After:\u00a02, for 5\u00a0s'],
  unauthorized: ['401', 'until the token is fetched'],
  slow: ['Slow network', 'narrow and late for 10\u00a0s'],
  duplicate: ['Send twice', 'repeats the last event'],
  restart: ['Restart', 'another server, same log'],
  'restart-empty': ['Lose the log', 'nobody can resume: a reset'],
  trim: ['Trim the log', 'what it missed is gone'],
  expire: ['Expire', 'rights end in 3\u00a0s'],
  drain: ['Drain', 'streams move within 3\u00a0s'],
};
const POLL_MS = 500;
const PATIENCE_MS = 20_000;

/** The buttons that break it. `pressed` is told of each, by its title. */
export function showFaults(names: readonly FaultName[], say: Say, pressed: (title: string) => void): void {
  const place = byId('faults', HTMLElement);
  const notes = new Map<FaultName, HTMLElement>();
  let polledUntil = 0;
  let polling = false;

  function show(active: readonly ActiveFault[]): void {
    for (const [name, note] of notes) {
      const fault = active.find((other) => other.name === name);
      note.parentElement?.toggleAttribute('data-active', fault !== undefined);
      const [, text] = WORDS[name];
      if (!fault) setText(note, text);
      else
        setText(
          note,
          fault.remainingMs === null ? 'on, until it is noticed' : `on, ${seconds(fault.remainingMs)} left`,
        );
    }
  }

  /** As long as something is on, or may be soon. */
  async function poll(): Promise<void> {
    const active = await getActiveFaults().catch(() => []);
    show(active);
    polling = active.length > 0 || performance.now() < polledUntil;
    if (polling) setTimeout(() => void poll(), POLL_MS);
  }

  async function press(name: FaultName): Promise<void> {
    const [title, text] = WORDS[name];
    pressed(title);
    say('you', `${title}: ${text}`);
    try {
      await pressFault(name);
    } catch (error) {
      say('error', String(error));
    }
    polledUntil = performance.now() + PATIENCE_MS;
    if (!polling) await poll();
  }

  for (const name of names) {
    const { button, note } = makeButton(...WORDS[name], () => void press(name));
    button.dataset['fault'] = name;
    notes.set(name, note);
    place.append(button);
  }
  const storm = makeButton('Burst', '1,000 events at once', () => {
    pressed('Burst');
    void burst({ count: 1_000 }).catch((error: unknown) => say('error', String(error)));
  });
  storm.button.dataset['fault'] = 'burst';
  // The place is kept for all of them; a cluster has fewer.
  place.classList.toggle('few', names.length < Object.keys(WORDS).length);
  place.append(storm.button);
  void poll();
}

function makeButton(title: string, text: string, press: () => void): { button: HTMLButtonElement; note: HTMLElement } {
  const button = make('button');
  const note = make('span', text);
  button.type = 'button';
  button.append(make('b', title), note);
  button.addEventListener('click', press);
  return { button, note };
}
