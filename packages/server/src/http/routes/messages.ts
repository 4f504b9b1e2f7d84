import { complete, type Manual } from 'pushstream-protocol';
import type { Environment } from '../../environment.ts';
import { createMessage, type MessageEvents } from '../../messages.ts';
import type { PushStream } from '../../push-stream.ts';
import { requirePublish } from '../access.ts';
import { hasBody, objectOf } from '../body.ts';
import type { Call, Route } from '../route.ts';
import { accepted, JSON_KINDS } from './publish.ts';

const PREFIX = '/api/sse';
/** Where events go that name no channel. */
export const DEFAULT_CHANNEL = 'default';

/** Answers a call; `to` is the only client that gets it. */
type Send = (call: Call, to: string | undefined) => Promise<Response>;

const broadcastManual: Manual<{ eventType: string; data: unknown }> = { eventType: 'message', data: [JSON_KINDS] };

function route(path: string, send: Send): Route {
  return {
    method: 'POST',
    path: `${PREFIX}/${path}`,
    access: 'publisher',
    handle(call) {
      requirePublish(call.caller, DEFAULT_CHANNEL);
      return send(call, call.part('clientId') || undefined);
    },
  };
}

/** Messages of a few known forms, to everybody or to one client. */
export function messageRoutes(push: Pick<PushStream, 'publish'>, environment: Environment): Route[] {
  const broadcast: Send = async (call, to) => {
    const { eventType, data } = complete('body', objectOf(await call.json()), broadcastManual);
    return accepted(await push.publish(eventType, data, { to }));
  };

  const message =
    (type: keyof MessageEvents): Send =>
    async (call, to) => {
      const isHeartbeat = type === 'heartbeat';
      const given = isHeartbeat && !hasBody(call.request) ? {} : objectOf(await call.json());
      const data = createMessage(type, given, environment);
      return accepted(await push.publish(type, data, { to, ephemeral: isHeartbeat }));
    };

  const both = (path: string, type: keyof MessageEvents): Route[] => [
    route(path, message(type)),
    route(`${path}/:clientId`, message(type)),
  ];

  return [
    route('broadcast', broadcast),
    route('send/:clientId', broadcast),
    ...both('notification', 'notification'),
    ...both('alert', 'alert'),
    ...both('data-update', 'dataUpdate'),
    ...both('heartbeat', 'heartbeat'),
  ];
}
