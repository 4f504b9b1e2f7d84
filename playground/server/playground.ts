import { createServer } from 'node:http';
import type { Cluster } from '../cluster/cluster.ts';
import type { Backend } from './backend.ts';
import { createBursts } from './bursts.ts';
import { createControl } from './control.ts';
import { createFaults, type Faults } from './faults.ts';
import { createForward } from './forward.ts';
import { createLedger } from './ledger.ts';
import { HOST, listen } from './listen.ts';
import { type FaultProxy, startFaultProxy } from './proxy.ts';
import { proxyFaults } from './proxy-faults.ts';
import { setScene } from './scene.ts';
import { createStatic } from './static.ts';
import { createTasks } from './tasks.ts';
import { createWeb } from './web.ts';

export interface PlaygroundOptions {
  /** The folder of the built page. @default none: there are only its controls and the streams */
  readonly folder?: string | undefined;
  /** Of the page; the streams are on the next one that is free. 0: any free ones. */
  readonly port: number;
  /** Takes the next free port where this one is in use. */
  readonly orNext?: boolean;
  /** Events that can be replayed. @default 20_000 */
  readonly capacity?: number;
  /** `false`: nothing is published but what somebody asks for. @default true */
  readonly simulate?: boolean;
  /** Interval of the server's sign of life where a page asks for none. @default 1_000 */
  readonly heartbeatMs?: number;
  /** Starts the servers where there are to be several; the playground ends them. @default one server, on a log in memory */
  readonly cluster?: (origins: readonly string[]) => Promise<Cluster>;
}

export interface Playground {
  /** Of the page. */
  readonly url: string;
  readonly eventsUrl: string;
  readonly proxy: FaultProxy;
  readonly faults: Faults;
  readonly backend: Backend;
  close(): Promise<void>;
}

const LAST_PORT = 65_535;

function report(error: unknown): void {
  console.error(error);
}

/** A page, its controls, and streams to break, all on this machine. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { folder, port, orNext = false, cluster, capacity = 20_000, simulate = true, heartbeatMs = 1_000 } = options;
  const { app, listener, open } = createWeb(report);
  const server = createServer(listener);
  const pagePort = await listen(server, port, orNext);
  const origins = [HOST, 'localhost'].map((name) => `http://${name}:${pagePort}`);

  const ledger = createLedger();
  const scene = await setScene({ cluster, capacity, ledger, origins, heartbeatMs, failed: report });
  const { backend } = scene;
  const proxy = await startFaultProxy({
    // There is none behind the last one.
    port: port === 0 || pagePort === LAST_PORT ? 0 : pagePort + 1,
    orNext: true,
    to: () => backend.address,
  });
  const eventsOrigin = `http://${HOST}:${proxy.port}`;
  const eventsUrl = `${eventsOrigin}/events`;

  const tasks = createTasks((type, data) => backend.publish(type, data), report);
  const bursts = createBursts(tasks, report);
  const faults = createFaults(proxyFaults(proxy, tasks.step), scene.faults(proxy, tasks.step));
  app.route('/', createControl({ backend, ledger, tasks, bursts, faults, eventsUrl }));
  app.route('/', createForward(backend));
  if (folder !== undefined) app.route('/', createStatic(folder, eventsOrigin));
  if (simulate) tasks.start();
  open();

  return {
    url: `http://${HOST}:${pagePort}/`,
    eventsUrl,
    proxy,
    faults,
    backend,
    async close() {
      tasks.stop();
      bursts.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      // The hub says good-bye to its streams; the proxy drops those that do not hear it.
      await Promise.all([backend.close(), proxy.close(), closed]);
    },
  };
}
