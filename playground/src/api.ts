import type {
  ActiveFault,
  Burst,
  FaultName,
  Instance,
  InstanceAction,
  Ledger,
  Problem,
  Setup,
  TaskList,
  Token,
} from '../contract.ts';

/** A session that told that it lives. */
export interface Pulse {
  readonly session: string;
  /** In milliseconds since the epoch. */
  readonly lastSeen: number;
  readonly ageMs: number;
}

/** An open stream. */
export interface Session {
  readonly connectionId: string;
  readonly session?: string | undefined;
  readonly connectedAt: number;
  readonly bufferedBytes: number;
}

/** The server said no. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly problem: Partial<Problem>;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? `The server answered with HTTP ${status}`);
    this.problem = problem;
  }
}

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (response.ok) return response;
  // A proxy in between may have words of its own.
  const problem: unknown = await response.json().catch(() => undefined);
  throw new Refused(response.status, typeof problem === 'object' && problem !== null ? problem : {});
}

/** What the contract says that comes. */
async function get<T>(path: string): Promise<T> {
  return (await (await send('GET', path)).json()) as T;
}

const named = encodeURIComponent;

export const getSetup = (): Promise<Setup> => get('/api/setup');
export const getTasks = (): Promise<TaskList> => get('/api/tasks');
export const getToken = (): Promise<Token> => get('/api/token');
export const getLedger = (after: string): Promise<Ledger> => get(`/api/ledger?after=${named(after)}`);
export const getActiveFaults = (): Promise<ActiveFault[]> => get('/api/faults');
export const pressFault = (name: FaultName): Promise<Response> => send('POST', `/api/faults/${name}`);
export const burst = (size: Burst): Promise<Response> => send('POST', '/api/burst', size);

export const getInstances = (): Promise<Instance[]> => get('/api/instances');
export const actOn = (name: string, action: InstanceAction): Promise<Response> =>
  send('POST', `/api/instances/${named(name)}/${action}`);

export const publish = (channel: string, event: object): Promise<{ id: string | null; duplicate: boolean }> =>
  send('POST', `/hub/publish/${named(channel)}`, event).then((response) => response.json());
export const pulse = (session: string): Promise<Response> => send('POST', '/hub/pulse', { session });
export const getPulses = (): Promise<Pulse[]> => get('/hub/pulses');
export const getSessions = (): Promise<Session[]> => get('/hub/sessions');
export const kill = (session: string): Promise<Response> => send('DELETE', `/hub/sessions/${named(session)}`);
