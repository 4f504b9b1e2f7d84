import { getPulses, getSessions, kill, pulse } from './api.ts';
import { byId, every, make, seconds, setText } from './dom.ts';
import type { Say } from './log.ts';
import type { PageStream } from './stream.ts';

const PULSE_MS = 5_000;
const POLL_MS = 1_000;
const ROWS = 8;

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
  let looks = false;

  async function beat(): Promise<void> {
    if (stream.client.status !== 'open') return;
    await pulse(stream.session);
    await refresh();
  }

  async function refresh(): Promise<void> {
    if (!looks) return;
    const [pulses, sessions] = await Promise.all([getPulses(), getSessions()]);
    const connected = new Set(sessions.map(({ session }) => session));
    for (const [at, row] of rows.entries()) {
      const found = pulses[at];
      row.element.classList.toggle('empty', !found);
      row.session = found?.session ?? '';
      row.button.disabled = !found;
      const facts = found && [
        `${found.session}${found.session === stream.session ? ' (this page)' : ''}`,
        new Date(found.lastSeen).toLocaleTimeString('en-GB'),
        seconds(found.ageMs),
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

  every(PULSE_MS, quietly(beat));
  every(POLL_MS, quietly(refresh));
  stream.client.lifecycle.on('open', quietly(beat));
  return {
    look(now) {
      looks = now;
      quietly(refresh)();
    },
  };
}

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
