import { EventClient, type EventClientError } from 'pushstream-client';
import type { Ledger, TaskEvents, TaskList } from '../task-events.ts';
import { createBoard } from './board.ts';
import { wireServerButtons, wireSteering } from './buttons.ts';
import { showConnection } from './connection-view.ts';
import { createCounters } from './counters.ts';
import { byId, oncePerFrame } from './dom.ts';
import type { Harness } from './harness.ts';
import { createLog, logLifecycle } from './log.ts';
import { readPageOptions } from './page-options.ts';
import { createTally } from './tally.ts';

const LEDGER_MS = 1_000;
const KEPT = 50_000;

async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`Expected HTTP 200 from ${path}, got ${response.status}`);
  return (await response.json()) as T;
}

// State first, with its cursor; the stream goes on from there, so that nothing falls in between.
const { cursor: baseline, tasks } = await getJson<TaskList>('/tasks');
const client = new EventClient<TaskEvents>('/events', readPageOptions(location.search, baseline));
const tally = createTally(baseline);
const board = createBoard(byId('tasks', HTMLElement));
const say = createLog(byId('log', HTMLElement));
const showCounts = createCounters();
const delivered: string[] = [];
const errors: EventClientError[] = [];

const changed = oncePerFrame(() => {
  board.render();
  showCounts(tally.counts, client.snapshot.value.opens, client.lastEventId);
});

client.on('*', (_data, { id }) => {
  if (id === undefined) return;
  tally.deliver(id);
  if (delivered.push(id) > 2 * KEPT) delivered.splice(0, KEPT);
  changed();
});
client.on('task.created', board.created);
client.on('task.progress', board.progressed);
client.on('task.completed', board.completed);
client.lifecycle.on('error', (error) => errors.push(error));
client.lifecycle.on('reset', ({ resumedFrom }) => {
  tally.reset(resumedFrom);
  void reload();
});
client.snapshot.subscribe(changed);

/** What was missed is not in the stream any more: the state itself is asked for. */
async function reload(): Promise<void> {
  try {
    board.replace((await getJson<TaskList>('/tasks')).tasks);
  } catch (error) {
    say('error', String(error));
  }
  changed();
}

async function audit(): Promise<void> {
  try {
    const { epoch, head } = await getJson<Ledger>('/ledger');
    tally.publishedUpTo(`${epoch}.${head}`);
    changed();
  } catch {
    // Without a server there is nothing to compare with; the status says so.
  }
}

board.replace(tasks);
showConnection(client);
logLifecycle(client, say);
wireServerButtons(say);
wireSteering(client);
setInterval(() => void (document.hidden || audit()), LEDGER_MS);

const harness: Harness = {
  client,
  baseline,
  delivered,
  errors,
  get counts() {
    return tally.counts;
  },
};
window.playground = harness;
client.connect();
