import type { EventClientError } from 'pushstream-client';
import { defineInspector } from 'pushstream-inspector';
import type { Setup, TaskList } from '../contract.ts';
import { getLedger, getSetup, getTasks } from './api.ts';
import { showCluster } from './cluster.ts';
import { createCounters } from './counters.ts';
import type { Expected } from './courses.ts';
import { byId, find, oncePerFrame } from './dom.ts';
import { showFaults } from './faults.ts';
import { wireFilters } from './filters.ts';
import type { Harness } from './harness.ts';
import { showPanels } from './live/panels.ts';
import { reloadAfterResets } from './live/reload.ts';
import { boardOf } from './live/tasks.ts';
import { createLog, logLifecycle } from './log.ts';
import { followOpenings } from './openings.ts';
import { wirePublishing } from './publish.ts';
import { showRecovery } from './recovery.ts';
import { wireSessions } from './sessions.ts';
import { showStatus } from './status.ts';
import { wireSteering } from './steer.ts';
import { wireStorm } from './storm/storm.ts';
import { openStream } from './stream.ts';
import { wireTabs } from './tabs.ts';
import { createTally, type Counts } from './tally.ts';
import { showTimeline } from './timeline/view.ts';

const AGAIN_MS = 1_000;
const LEDGER_MS = 1_000;
const KEPT = 12_000;
const ERRORS_KEPT = 100;
const AWAITED = 50_000;

/** State first, with its cursor; the stream goes on from there, so that nothing falls in between. */
async function begin(): Promise<[Setup, TaskList]> {
  for (;;) {
    try {
      return await Promise.all([getSetup(), getTasks()]);
    } catch {
      byId('detail', HTMLElement).textContent = 'The server of this page does not answer; asking again every second';
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

const [setup, { cursor: baseline, tasks }] = await begin();
const stream = openStream(setup.eventsUrl, baseline);
const { client } = stream;
const tally = createTally(baseline);
const delivered: string[] = [];
const errors: EventClientError[] = [];
const resets = { count: 0, reasons: new Set<string>() };
let reconnects = 0;

const showCounts = createCounters();
const changed = oncePerFrame(() => {
  const { lastEventId } = client;
  showCounts(tally.counts, { reconnects, lastEventId, resets: resets.count, reasons: resets.reasons });
  recovery.counted(tally.counts);
});

async function audit(): Promise<Counts> {
  // Who is paused for a day need not know of every event that he will get.
  if (tally.counts.toCome < AWAITED) tally.publish((await getLedger(tally.audited)).ids);
  changed();
  return tally.counts;
}

function pressed(title: string, expected: Expected): void {
  recovery.pressed(title, expected);
  timeline.mark('fault', title);
}

client.on('*', (_data, { id }) => {
  if (id === undefined) return;
  tally.deliver(id);
  if (delivered.push(id) > 2 * KEPT) delivered.splice(0, KEPT);
  changed();
});
client.lifecycle.on('error', (error) => {
  if (errors.push(error) > ERRORS_KEPT) errors.shift();
});
client.lifecycle.on('reset', ({ reason, resumedFrom }) => {
  tally.reset(resumedFrom);
  resets.count += 1;
  resets.reasons.add(reason);
  changed();
});
client.snapshot.subscribe(changed);
followOpenings(client, {
  opened(byItself) {
    if (byItself) reconnects += 1;
    changed();
  },
});

const say = createLog(byId('log', HTMLElement));
const recovery = showRecovery(client, audit);
const timeline = showTimeline(client);
showStatus(stream);
logLifecycle(stream, say);
wireSteering(stream);
showFaults(setup.faults, say, pressed);
if (setup.cluster) showCluster(say, pressed);

reloadAfterResets(client, showPanels(client, boardOf(tasks)), say);

wireStorm(client, setup.eventsUrl);
wirePublishing(client);
wireFilters(stream, setup.eventsUrl);
const sessions = wireSessions(stream, say);
defineInspector();
const inspector = find('pushstream-inspector', HTMLElement);
Object.assign(inspector, { client });
wireTabs(byId('tools', HTMLElement), (panelId) => {
  sessions.look(panelId === 'sessions-panel');
  inspector.hidden = panelId !== 'inspector-panel';
});

// Without a server there is nothing to compare with; the status says so. A hidden page gets events too.
setInterval(() => void audit().catch(() => {}), LEDGER_MS);

const harness: Harness = {
  client,
  baseline,
  delivered,
  errors,
  get counts() {
    return tally.counts;
  },
  audit,
};
window.playground = harness;
client.connect();
