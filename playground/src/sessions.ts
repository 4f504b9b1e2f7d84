import { getPulses, getSessions, kill, type Pulse, pulse } from './api.ts';
import { byId, every, grouped, make, seconds, setText } from './dom.ts';
import type { Say } from './log.ts';
import type { PageStream } from './stream.ts';

const PULSE_MS = 5_000;
const POLL_MS = 1_000;
const ROWS = 8;
const MINUTE_MS = 60_000;

interface Row {
  readonly element: HTMLTableRowElement;
  readonly cells: readonly HTMLElement[];
  readonly button: HTMLButtonElement;
  session: string;
}

/** Who lives and who is connected. `look` says whether somebody looks at it. */
export function wireSessions(stream: PageStream, say: Say): { look(looks: boolean): void } {
  const rows = Array.from({ length: ROWS }, () => makeRow((session) => void end(session)));
  byId('session-rows', HTMLElement).append(...rows.map(({ element }) => element));
  const more = byId('session-more', HTMLElement);
  let shown: readonly string[] = [];
  let looks = false;

  /** This page, then the others as they came: no button moves away under a hand because somebody told that he lives. */
  function arrange(pulses: readonly Pulse[]): Pulse[] {
    const isMine = ({ session }: Pulse): boolean => session === stream.session;
    const bySession = new Map(
      [...pulses.filter(isMine), ...pulses.filter((one) => !isMine(one))]
        .slice(0, ROWS)
        .map((one) => [one.session, one]),
    );
    shown = [...new Set([stream.session, ...shown, ...bySession.keys()])].filter((session) => bySession.has(session));
    return shown.flatMap((session) => bySession.get(session) ?? []);
  }

  async function beat(): Promise<void> {
    if (stream.client.status !== 'open') return;
    await pulse(stream.session);
    await refresh();
  }

  async function refresh(): Promise<void> {
    if (!looks) return;
    const [pulses, sessions] = await Promise.all([getPulses(), getSessions()]);
    const connected = new Set(sessions.map(({ session }) => session));
    const arranged = arrange(pulses);
    const others = pulses.length - arranged.length;
    setText(more, others > 0 ? `and ${grouped(others)} more, silent for longer` : '');
    for (const [at, row] of rows.entries()) {
      const found = arranged[at];
      row.element.classList.toggle('empty', !found);
      row.session = found?.session ?? '';
      row.button.disabled = !found;
      const facts = found && [
        `${found.session}${found.session === stream.session ? ' (this page)' : ''}`,
        new Date(found.lastSeen).toLocaleTimeString('en-GB'),
        agoOf(found.ageMs),
        connected.has(found.session) ? 'open' : 'away',
      ];
      for (const [index, cell] of row.cells.entries()) setText(cell, facts?.[index] ?? '–');
    }
  }

  /** Unless the server is away: then there is nothing to be shown, and the status says so. */
  const quietly = (run: () => Promise<void>) => () => void run().catch(() => {});

  async function end(session: string): Promise<void> {
    say('you', `Kill session ${session}`);
    await kill(session).catch((error: unknown) => say('error', String(error)));
    await refresh();
  }

  // A page that nobody sees lives too.
  setInterval(quietly(beat), PULSE_MS);
  every(POLL_MS, quietly(refresh));
  stream.client.lifecycle.on('open', quietly(beat));
  return {
    look(now) {
      looks = now;
      quietly(refresh)();
    },
  };
}

/** To the tenth of a second only while that tells something. */
const agoOf = (ms: number): string => (ms < MINUTE_MS ? seconds(ms) : `${Math.floor(ms / MINUTE_MS)} min`);

function makeRow(end: (session: string) => void): Row {
  const element = make('tr', '', 'empty');
  const cells = [make('th'), make('td', '', 'time'), make('td'), make('td')] as const;
  cells[0].scope = 'row';
  const button = make('button', 'Kill', 'small');
  button.type = 'button';
  button.disabled = true;
  const place = make('td');
  place.append(button);
  element.append(...cells, place);
  const row: Row = { element, cells, button, session: '' };
  button.addEventListener('click', () => end(row.session));
  return row;
}
