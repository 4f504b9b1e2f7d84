import { createServer } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import { Hono } from 'hono';
import type { Backend } from './backend.ts';
import { createBursts } from './bursts.ts';
import { createControl } from './control.ts';
import { createFaults, type Faults } from './faults.ts';
import { createForward } from './forward.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { HOST, listen } from './listen.ts';
import { quote, Refusal } from './problem.ts';
import { type FaultProxy, startFaultProxy } from './proxy.ts';
import { proxyFaults } from './proxy-faults.ts';
import { createStage } from './stage.ts';
import { stageFaults } from './stage-faults.ts';
import { createStatic } from './static.ts';
import { createTasks } from './tasks.ts';

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
}

export interface Playground {
  /** Of the page. */
  readonly url: string;
  readonly eventsUrl: string;
  readonly proxy: FaultProxy;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly backend: Backend;
  close(): Promise<void>;
}

function report(error: unknown): void {
  console.error(error);
}

/** A refusal is told; what must not happen is told as that, and nothing more of it. */
function refuse(error: Error): Response {
  if (error instanceof Refusal) return error.toResponse();
  report(error);
  return new Refusal(500, 'The playground failed').toResponse();
}

/** A page, its controls, and streams to break, all on this machine. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { folder, port, orNext = false, capacity = 20_000, simulate = true, heartbeatMs = 1_000 } = options;
  const app = new Hono();
  app.onError(refuse);
  app.notFound(({ req }) => new Refusal(404, `There is nothing at ${quote(req.path)}`).toResponse());
  const answer = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: (error) =>
      refuse(error instanceof RequestError ? new Refusal(400, 'Expected a target that is a URL') : Object(error)),
  });
  const ready = Promise.withResolvers<void>();
  const server = createServer((request, response) => void ready.promise.then(() => answer(request, response)));
  const pagePort = await listen(server, port, orNext);

  const ledger = createLedger();
  const origins = [`http://${HOST}:${pagePort}`, `http://localhost:${pagePort}`];
  const stage = await createStage({ capacity, ledger, origins, heartbeatMs });
  const proxy = await startFaultProxy({
    port: port === 0 ? 0 : pagePort + 1,
    orNext: true,
    to: () => stage.address,
  });
  const eventsOrigin = `http://${HOST}:${proxy.port}`;
  const eventsUrl = `${eventsOrigin}/events`;
  const tasks = createTasks((type, data) => stage.publish(type, data), report);
  const bursts = createBursts(tasks, report);
  const { step } = tasks;
  const faults = createFaults(proxyFaults(proxy, step), stageFaults({ stage, proxy, step, failed: report }));
  app.route('/', createControl({ backend: stage, ledger, tasks, bursts, faults, eventsUrl }));
  app.route('/', createForward(stage));
  if (folder !== undefined) app.route('/', createStatic(folder, eventsOrigin));
  if (simulate) tasks.start();
  ready.resolve();

  return {
    url: `http://${HOST}:${pagePort}/`,
    eventsUrl,
    proxy,
    ledger,
    faults,
    backend: stage,
    async close() {
      tasks.stop();
      bursts.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      // The hub says good-bye to its streams; the proxy drops those that do not hear it.
      await Promise.all([stage.close(), proxy.close(), closed]);
    },
  };
}
