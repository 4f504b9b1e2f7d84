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
export function sessionRoutes(push: Pick<PushStream, 'sessions' | 'kill'>, pulses: PulseBoard): Route[] {
  function kill(session: string): Response {
    const hadPulse = pulses.forget(session);
    if (!push.kill(session) && !hadPulse) throw new Problem(404, 'session: expected an open one, got another');
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
    { method: 'GET', path: '/pulses', access: 'operator', handle: () => answer(200, pulses.list()) },
    { method: 'GET', path: '/sessions', access: 'operator', handle: () => answer(200, push.sessions()) },
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
      handle() {
        const killed = push.sessions().filter(({ session, connectionId }) => push.kill(session ?? connectionId)).length;
        return answer(200, { killed });
      },
    },
  ];
}
