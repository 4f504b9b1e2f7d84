import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Stats } from '../stats.ts';
import type { Probe } from './probe.ts';
import type { Route } from './route.ts';

/** More values than this of one label are counted as one, `other`: each is a series of its own. */
const MAX_VALUES = 32;

type Numbers = { [Name in keyof Stats]: Stats[Name] extends number ? Name : never }[keyof Stats];
type Records = Exclude<keyof Stats, Numbers>;

type GaugeLine = readonly [stat: Numbers, name: string, help: string];
type CounterLine = GaugeLine | readonly [stat: Records, name: string, help: string, label: string];

const gauges: readonly GaugeLine[] = [
  ['connections', 'connections', 'Open streams.'],
  ['bufferedBytes', 'buffered_bytes', 'Bytes that wait, over all streams.'],
  ['lag', 'log_lag_events', 'How far this instance is behind what it has stored itself, in events.'],
];

const counters: readonly CounterLine[] = [
  ['opened', 'connections_opened_total', 'Streams that were opened.'],
  ['refused', 'connections_refused_total', 'Requests for streams that were refused.', 'status'],
  ['ended', 'connections_ended_total', 'Streams that ended.', 'reason'],
  ['published', 'published_total', 'Events that were stored or, ephemeral, handed out.'],
  ['duplicates', 'publish_duplicates_total', 'Repetitions that a key made harmless.'],
  ['delivered', 'delivered_total', 'Events that were written, over all streams.'],
  ['dropped', 'dropped_total', 'Events that slow streams did not get.'],
  ['spilled', 'spilled_total', 'Streams that fell back to the log.'],
  ['resumed', 'resumed_total', 'Streams that were resumed.'],
  ['resets', 'resets_total', 'Streams that could not be resumed.', 'reason'],
  ['sourceRestarts', 'source_restarts_total', 'Starts of sources after a failure.'],
];

/** The values of one label, never more than a few. */
export function capped(record: Readonly<Record<string, number>>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [value, sum] of Object.entries(record)) {
    const label = sums.has(value) || sums.size < MAX_VALUES - 1 ? value : 'other';
    sums.set(label, (sums.get(label) ?? 0) + sum);
  }
  return sums;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']);

/** What a scraper of Prometheus gets. */
export interface Metrics {
  /** Counts an answer; `route` is its pattern, never the path that was asked for. */
  answered(method: string, route: string, status: number): void;
  readonly routes: readonly Route[];
}

function describe(stats: () => Stats, registry: Registry): void {
  for (const [stat, name, help] of gauges) {
    const collect = function collect(this: Gauge): void {
      this.set(stats()[stat]);
    };
    registry.registerMetric(new Gauge({ name: `pushstream_${name}`, help, registers: [], collect }));
  }
  for (const [stat, name, help, label] of counters) {
    const collect = function collect(this: Counter): void {
      const value = stats()[stat];
      // What is counted elsewhere is taken over as it is.
      this.reset();
      if (typeof value === 'number') this.inc(value);
      else for (const [text, sum] of capped(value)) this.inc({ [String(label)]: text }, sum);
    };
    const labelNames = label ? [label] : [];
    registry.registerMetric(new Counter({ name: `pushstream_${name}`, help, registers: [], collect, labelNames }));
  }
}

/** As `/health/ready` has it: an instance that publishes nothing lags behind nothing. */
function describeLog(isLogThere: Probe, registry: Registry): void {
  const collect = async function collect(this: Gauge): Promise<void> {
    this.set(Number(await isLogThere()));
  };
  const help = 'Whether the log answers this instance: 1, or 0.';
  registry.registerMetric(new Gauge({ name: 'pushstream_log_reachable', help, registers: [], collect }));
}

/** Reads what the hub counts when it is asked, besides the process and the delay of its event loop. */
export function createMetrics(stats: () => Stats, isLogThere: Probe): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  describeLog(isLogThere, registry);
  describe(stats, registry);
  const requests = new Counter({
    name: 'pushstream_http_requests_total',
    help: 'Requests that were no streams.',
    registers: [registry],
    labelNames: ['method', 'route', 'status'],
  });
  return {
    answered(method, route, status) {
      requests.inc({ method: METHODS.has(method) ? method : 'other', route, status });
    },
    routes: [
      {
        method: 'GET',
        path: '/metrics',
        access: 'publisher',
        async handle() {
          return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
        },
      },
    ],
  };
}
