import type { ActiveFault, FaultName } from '../contract.ts';
import { burst, getActiveFaults, pressFault } from './api.ts';
import { EXPECTED, type Expected } from './courses.ts';
import { byId, make, seconds, setText } from './dom.ts';
import type { Say } from './log.ts';

/** What it is called, what it does, and what an `EventSource` makes of it. */
type Words = readonly [title: string, text: string, otherwise: string];

/** A few honest words: some of it an `EventSource` survives as well. */
const WORDS: Record<FaultName, Words> = {
  cut: ['Cut', 'ends every stream', 'comes back too, and often all of them at the same moment.'],
  'cut-mid-event': ['Cut mid-event', 'half an event, then gone', 'drops the half and comes back too.'],
  stall: ['Stall', '10\u00a0s of silence, no error', 'waits for ever: nobody tells it that nobody is there.'],
  refuse: ['Refuse', 'no connection for 5\u00a0s', 'tries again too, and never says when.'],
  unavailable: ['503', 'Retry-After:\u00a02, for 5\u00a0s', 'is closed for good by the first answer that is not 200.'],
  unauthorized: ['401', 'until the token is fetched', 'cannot send a token, and is closed for good without one.'],
  slow: ['Slow network', 'narrow and late for 10\u00a0s', 'gets it late as well.'],
  duplicate: ['Send twice', 'repeats the last event', 'hands it out twice.'],
  restart: ['Restart', 'another server, same log', 'comes back too, unless a 503 meets it on the way.'],
  'restart-empty': ['Lose the log', 'nobody can resume: a reset', 'goes on behind a gap, and does not know of it.'],
  trim: ['Trim the log', 'what it missed is gone', 'goes on behind a gap, and does not know of it.'],
  expire: ['Expire', 'rights end in 3\u00a0s', 'has no credentials that it could renew.'],
  drain: ['Drain', 'streams move within 3\u00a0s', 'comes back with all the others, when the browser likes.'],
};
const POLL_MS = 500;

/** Is told of each press, by its title. */
export type Pressed = (title: string, expected: Expected) => void;

/** The buttons that break it. */
export function showFaults(names: readonly FaultName[], say: Say, pressed: Pressed): void {
  const place = byId('faults', HTMLElement);
  const why = byId('why', HTMLElement);
  const notes = new Map<FaultName, HTMLElement>();
  let isPolling = false;

  /** As long as something is on. */
  async function poll(): Promise<void> {
    const active = await getActiveFaults().catch(() => []);
    for (const [name, note] of notes) show(note, WORDS[name][1], find(active, name));
    isPolling = active.length > 0;
    if (isPolling) setTimeout(() => void poll(), POLL_MS);
  }

  async function press(
    name: keyof typeof EXPECTED,
    [title, text, otherwise]: Words,
    act: () => Promise<unknown>,
  ): Promise<void> {
    pressed(title, EXPECTED[name]);
    setText(why, `${title}: an EventSource ${otherwise}`);
    say('you', `${title}: ${text}`);
    await act().catch((error: unknown) => say('error', String(error)));
    if (!isPolling) await poll();
  }

  function add(name: keyof typeof EXPECTED, words: Words, act: () => Promise<unknown>): HTMLElement {
    const [title, text] = words;
    const button = make('button');
    const note = make('span', text);
    button.type = 'button';
    button.dataset['fault'] = name;
    button.append(make('b', title), note);
    button.addEventListener('click', () => void press(name, words, act));
    place.append(button);
    return note;
  }

  for (const name of names)
    notes.set(
      name,
      add(name, WORDS[name], () => pressFault(name)),
    );
  add('burst', ['Burst', '1,000 events at once', 'leaves it to you to make few renders of 1,000 events.'], () =>
    burst({ count: 1_000 }),
  );
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
