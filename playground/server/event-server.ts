import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodeEvent } from 'pushstream-protocol';
import type { Ledger, TaskList } from '../task-events.ts';
import { createFaults, type Faults, RETRY_AFTER_SECONDS } from './faults.ts';
import { cursorOf, numberIn, sendJson, targetOf } from './http.ts';
import { createRing, type Ring } from './ring.ts';
import { createSession, type Session } from './session.ts';
import { createTasks, type Tasks } from './tasks.ts';

const HEARTBEAT_MS = 15_000;
const PACE_MS = 20;

export interface EventServerOptions {
  /** Events that can be replayed. */
  readonly capacity?: number;
  /** `false`: nothing is published but bursts. */
  readonly simulate?: boolean;
}

/** The event stream of tasks, its controls and its ledger, as a part of a `node:http` server. */
export interface EventServer {
  readonly ring: Ring;
  readonly faults: Faults;
  /** Streams that are open now. */
  readonly streams: number;
  /** Publishes so many events of one more task, all at once or at a pace. */
  burst(count: number, perSecond?: number): void;
  /** Whether the request was for it. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  close(): void;
}

type Route = (query: URLSearchParams, request: IncomingMessage, response: ServerResponse) => void;

export function createEventServer({ capacity = 20_000, simulate = true }: EventServerOptions = {}): EventServer {
  const ring = createRing(capacity);
  const sessions = new Set<Session>();
  const paces = new Set<NodeJS.Timeout>();
  let quiet = false;

  function pump(): void {
    if (!quiet) for (const session of sessions) session.pump();
  }

  const tasks: Tasks = createTasks((type, data) => {
    ring.append(type, data);
    pump();
  });
  if (simulate) tasks.start();

  /** Several events, one write per session; with `send` false, none yet. */
  function together(publish: () => void, send = true): void {
    quiet = true;
    publish();
    quiet = false;
    if (send) pump();
  }

  const faults = createFaults({ ring, sessions, append: () => together(tasks.step, false) });

  function burst(count: number, perSecond?: number): void {
    const next = tasks.burst(count);
    let left = count;
    const publish = (events: number): void =>
      together(() => {
        for (let index = 0; index < events; index += 1) next();
        left -= events;
      });
    if (perSecond === undefined) {
      publish(count);
      return;
    }
    const pace = setInterval(() => {
      publish(Math.min(left, Math.ceil((perSecond * PACE_MS) / 1_000)));
      if (left > 0) return;
      clearInterval(pace);
      paces.delete(pace);
    }, PACE_MS);
    paces.add(pace);
  }

  function stream(query: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    if (faults.refusing) {
      response.writeHead(503, { 'retry-after': String(RETRY_AFTER_SECONDS), 'content-type': 'text/plain' });
      response.end('Refused, because somebody pressed the button.\n');
      return;
    }
    const cursor = cursorOf(query, request);
    const { position, resumed, refusal } = ring.join(cursor);
    const heartbeatMs = numberIn(query, 'heartbeatMs', HEARTBEAT_MS, 50, 60_000);
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    // Both carry the cursor as their id: a stream that is cut before its first event can be resumed too.
    const id = ring.idOf(position);
    const ready = { connectionId: randomUUID(), cursor: id, resumed, replayed: ring.head - position, heartbeatMs };
    response.write(encodeEvent({ type: 'pushstream.ready', data: JSON.stringify(ready), id }));
    if (refusal) {
      const reset = { reason: refusal, requested: cursor, resumedFrom: id };
      response.write(encodeEvent({ type: 'pushstream.reset', data: JSON.stringify(reset), id }));
    }
    const session = createSession(response, ring, position, heartbeatMs);
    sessions.add(session);
    response.on('close', () => sessions.delete(session));
    session.pump();
  }

  const done = (act: (query: URLSearchParams) => void): Route => {
    return (query, request, response) => {
      // A page of another origin has no business here.
      const site = request.headers['sec-fetch-site'] ?? 'none';
      const allowed = site === 'same-origin' || site === 'none';
      if (allowed) act(query);
      response.writeHead(allowed ? 204 : 403).end();
    };
  };
  const seconds = (query: URLSearchParams, fallback: number): number =>
    1_000 * numberIn(query, 'seconds', fallback, 0, 60);

  const routes: Record<string, Route> = {
    'GET /events': stream,
    'GET /tasks': (_query, _request, response) => {
      const list: TaskList = { cursor: ring.idOf(ring.head), tasks: tasks.list() };
      sendJson(response, list);
    },
    'GET /ledger': (query, _request, response) => {
      const after = query.get('after');
      const { epoch, head, oldest } = ring;
      const ledger: Ledger = { epoch, head, oldest, ids: after === null ? [] : ring.idsAfter(after) };
      sendJson(response, ledger);
    },
    'POST /publish': done((query) => {
      const perSecond = query.has('perSecond') ? numberIn(query, 'perSecond', 1_000, 1, 100_000) : undefined;
      burst(Math.floor(numberIn(query, 'count', 1_000, 2, 10_000)), perSecond);
    }),
    'POST /faults/cut': done(() => faults.cut()),
    'POST /faults/cut-mid-event': done((query) => faults.cutMidEvent(numberIn(query, 'share', 0.5, 0, 1))),
    'POST /faults/stall': done((query) => faults.stall(seconds(query, 10))),
    'POST /faults/refuse': done((query) => faults.refuse(seconds(query, 5))),
    'POST /faults/duplicate': done(() => faults.duplicate()),
    'POST /faults/forget': done(() => faults.forget()),
  };

  return {
    ring,
    faults,
    get streams() {
      return sessions.size;
    },
    burst,
    handle(request, response) {
      const { path, query } = targetOf(request);
      const route = routes[`${request.method} ${path}`];
      route?.(query, request, response);
      return route !== undefined;
    },
    close() {
      tasks.stop();
      for (const pace of paces) clearInterval(pace);
      faults.cut();
    },
  };
}
