import { type Context, Hono } from 'hono';
import type { Burst, InstanceAction, Ledger as LedgerAnswer, Setup, TaskList, Token } from '../contract.ts';
import type { Backend } from './backend.ts';
import type { Bursts } from './bursts.ts';
import type { FaultOptions, Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import { requireOwnSite } from './own-site.ts';
import { quote, Refusal } from './problem.ts';
import type { Tasks } from './tasks.ts';

const MAX_IDS = 50_000;
const ACTIONS: readonly InstanceAction[] = ['kill', 'drain', 'start'];

export interface ControlParts {
  readonly backend: Backend;
  readonly ledger: Ledger;
  readonly tasks: Tasks;
  readonly bursts: Bursts;
  readonly faults: Faults;
  readonly eventsUrl: string;
}

/** A number within bounds; `undefined`: none was given. @throws {Refusal} 400 */
function numberIn(name: string, given: unknown, least: number, most: number): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'number' && given >= least && given <= most) return given;
  throw new Refusal(400, `${name}: expected a number from ${least} to ${most}, got ${quote(given)}`);
}

/** The same out of a query. @throws {Refusal} 400 */
function numberOf(asked: Context, name: string, least: number, most: number): number | undefined {
  const given = asked.req.query(name);
  return numberIn(name, /^\d+(\.\d+)?$/.test(given ?? '') ? Number(given) : given, least, most);
}

function faultOptions(asked: Context): FaultOptions {
  const seconds = numberOf(asked, 'seconds', 0, 60);
  return { ms: seconds === undefined ? undefined : 1_000 * seconds, share: numberOf(asked, 'share', 0, 1) };
}

/** @throws {Refusal} 400 */
async function readBurst(asked: Context): Promise<Burst> {
  const body: unknown = await asked.req.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null) throw new Refusal(400, 'Expected a body of JSON with a count');
  const { count, perSecond }: { count?: unknown; perSecond?: unknown } = body;
  const events = numberIn('count', count, 2, 10_000);
  if (!Number.isInteger(events) || events === undefined) {
    throw new Refusal(400, `count: expected a whole number from 2 to 10000, got ${quote(count)}`);
  }
  return { count: events, perSecond: numberIn('perSecond', perSecond, 1, 100_000) };
}

/** What the page asks of its server: `/api/*`. */
export function createControl({ backend, ledger, tasks, bursts, faults, eventsUrl }: ControlParts): Hono {
  const app = new Hono().basePath('/api');
  app.use(async (asked, next) => {
    requireOwnSite(asked.req.raw);
    await next();
    asked.header('cache-control', 'no-store');
  });

  const setup: Setup = { eventsUrl, cluster: backend.isCluster, faults: faults.names };
  app.get('/setup', ({ json }) => json(setup));
  app.get('/token', ({ json }) => json<Token>({ token: backend.token() }));
  app.get('/tasks', async ({ json }) => {
    // First the cursor, then the state: what happens in between is in both, and not in neither.
    const { epoch, last } = await backend.log.head();
    ledger.begin({ epoch, seq: last });
    return json<TaskList>({ cursor: `${epoch}.${last}`, tasks: tasks.list() });
  });
  app.get('/ledger', async ({ req, json }) => {
    const { epoch, first, last } = await backend.log.head();
    const after = req.query('after');
    const ids = after === undefined ? [] : ledger.idsAfter(after, MAX_IDS);
    return json<LedgerAnswer>({ epoch, head: last, oldest: first, ids });
  });
  app.post('/burst', async (asked) => {
    await bursts.begin(await readBurst(asked));
    return asked.body(null, 204);
  });

  app.get('/faults', ({ json }) => json(faults.active()));
  app.delete('/faults', async ({ body }) => {
    await faults.end();
    return body(null, 204);
  });
  app.post('/faults/:name', async (asked) => {
    const name = asked.req.param('name');
    const fault = faults.find(name);
    if (!fault) throw new Refusal(404, `Expected one of ${faults.names.join(', ')}, got ${quote(name)}`);
    await fault.begin(faultOptions(asked));
    return asked.body(null, 204);
  });

  app.get('/instances', async ({ json }) => json(await backend.instances()));
  app.post('/instances/:name/:action', async ({ req, body }) => {
    const action = ACTIONS.find((known) => known === req.param('action'));
    if (!action) throw new Refusal(404, `Expected one of ${ACTIONS.join(', ')}, got ${quote(req.param('action'))}`);
    if (!backend.act) throw new Refusal(404, 'Expected a cluster: `npm run cluster` starts one');
    if (!(await backend.act(req.param('name'), action))) {
      throw new Refusal(404, `Expected the name of an instance, got ${quote(req.param('name'))}`);
    }
    return body(null, 204);
  });
  return app;
}
