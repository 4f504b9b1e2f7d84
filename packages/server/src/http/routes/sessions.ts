import { complete } from 'pushstream-protocol';
import type { PulseBoard } from '../../pulse.ts';
import type { PushStream } from '../../push-stream.ts';
import { objectOf } from '../body.ts';
import { Problem } from '../problem.ts';
import { answer, nothing, type Route } from '../route.ts';

/** A session as it is named: a JSON string, or an object with one. */
function sessionOf(body: unknown): string {
  if (typeof body === 'string') return body;
  return complete<{ session: string }>('body', objectOf(body), { session: ['string'] }).session;
}

/** Who lives, who is connected, and the end of both. */
export function sessionRoutes(push: Pick<PushStream, 'presence' | 'kill' | 'killAll'>, pulses: PulseBoard): Route[] {
  async function kill(session: string): Promise<Response> {
    const [wasOpen, hadPulse] = await Promise.all([push.kill(session), pulses.forget(session)]);
    if (!wasOpen && !hadPulse) throw new Problem(404, 'session: expected an open one, got another');
    return nothing();
  }

  return [
    {
      method: 'POST',
      path: '/pulse',
      access: 'anyone',
      async handle(call) {
        pulses.pulse(sessionOf(await call.json()));
        return nothing();
      },
    },
    { method: 'GET', path: '/pulses', access: 'operator', handle: async () => answer(200, await pulses.list()) },
    { method: 'GET', path: '/sessions', access: 'operator', handle: async () => answer(200, await push.presence()) },
    { method: 'DELETE', path: '/sessions/:id', access: 'operator', handle: (call) => kill(call.part('id')) },
    {
      method: 'DELETE',
      path: '/killSession',
      access: 'operator',
      handle: async (call) => kill(sessionOf(await call.json())),
    },
    {
      method: 'DELETE',
      path: '/killall',
      access: 'operator',
      handle: async () => answer(200, { killed: await push.killAll() }),
    },
  ];
}
