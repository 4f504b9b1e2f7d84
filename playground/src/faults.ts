import type { ActiveFault, FaultName } from '../contract.ts';
import { burst, getActiveFaults, pressFault } from './api.ts';
import { byId, make, seconds, setText } from './dom.ts';
import type { Say } from './log.ts';

type Words = readonly [title: string, text: string];

/** What each does, in a few honest words. */
const WORDS: Record<FaultName, Words> = {
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

/** The buttons that break it. `pressed` is told of each, by its title. */
export function showFaults(names: readonly FaultName[], say: Say, pressed: (title: string) => void): void {
  const place = byId('faults', HTMLElement);
  const notes = new Map<FaultName, HTMLElement>();
  let isPolling = false;

  /** As long as something is on. */
  async function poll(): Promise<void> {
    const active = await getActiveFaults().catch(() => []);
    for (const [name, note] of notes) show(note, WORDS[name][1], find(active, name));
    isPolling = active.length > 0;
    if (isPolling) setTimeout(() => void poll(), POLL_MS);
  }

  async function press(title: string, text: string, act: () => Promise<unknown>): Promise<void> {
    pressed(title);
    say('you', `${title}: ${text}`);
    await act().catch((error: unknown) => say('error', String(error)));
    if (!isPolling) await poll();
  }

  function add(name: string, [title, text]: Words, act: () => Promise<unknown>): HTMLElement {
    const button = make('button');
    const note = make('span', text);
    button.type = 'button';
    button.dataset['fault'] = name;
    button.append(make('b', title), note);
    button.addEventListener('click', () => void press(title, text, act));
    place.append(button);
    return note;
  }

  for (const name of names)
    notes.set(
      name,
      add(name, WORDS[name], () => pressFault(name)),
    );
  add('burst', ['Burst', '1,000 events at once'], () => burst({ count: 1_000 }));
  // The place is kept for all of them; a cluster has fewer.
  place.classList.toggle('few', names.length < Object.keys(WORDS).length);
  void poll();
}

const find = (active: readonly ActiveFault[], name: FaultName): ActiveFault | undefined =>
  active.find((fault) => fault.name === name);

function show(note: HTMLElement, text: string, fault: ActiveFault | undefined): void {
  note.parentElement?.toggleAttribute('data-active', fault !== undefined);
  if (!fault) setText(note, text);
  else if (fault.remainingMs === null) setText(note, 'on, until it is noticed');
  else setText(note, `on, ${seconds(fault.remainingMs)} left`);
}
