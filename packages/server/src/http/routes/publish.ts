import { complete, type Manual } from 'pushstream-protocol';
import type { PublishOptions, Published } from '../../events.ts';
import { createMessage, type MessageEvents } from '../../messages.ts';
import type { Environment } from '../../environment.ts';
import type { PushStream } from '../../push-stream.ts';
import { requirePublish } from '../access.ts';
import { hasBody, objectOf } from '../body.ts';
import { answer, type Call, type Route } from '../route.ts';

/** What a JSON text can be. */
const JSON_KINDS = 'object | string | number | boolean | null';
const DEFAULT_CHANNEL = 'default';

interface PublishBody {
  readonly type: string;
  readonly data: unknown;
  readonly to: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly key: string | undefined;
  readonly ephemeral: boolean;
}

const publishManual: Manual<PublishBody> = {
  type: ['string'],
  data: [JSON_KINDS],
  to: ['string', undefined],
  tags: ['object', undefined],
  key: ['string', undefined],
  ephemeral: ['true | false', false],
};

/** `{ "Message", "Value" }`, as it came, is the data of an event without a type of its own. */
const plainManual: Manual<{ Message: string; Value: unknown }> = { Message: ['string'], Value: [JSON_KINDS, null] };

const broadcastManual: Manual<{ eventType: string; data: unknown }> = { eventType: 'message', data: [JSON_KINDS] };

function publishBody(given: unknown): PublishBody {
  const body = objectOf(given);
  if (!('Message' in body)) return complete<PublishBody>('body', body, publishManual);
  complete('body', body, plainManual);
  return { type: 'message', data: body, to: undefined, tags: undefined, key: undefined, ephemeral: false };
}

/** Where events come in. */
export function publishRoutes(push: Pick<PushStream, 'publish'>, environment: Environment): Route[] {
  const accepted = (published: Published): Response =>
    answer(202, { id: published.id, duplicate: published.duplicate });

  async function send(type: string, data: unknown, options: PublishOptions): Promise<Response> {
    return accepted(await push.publish(type, data, options));
  }

  /** For everybody, and for one client. */
  function both(path: string, handle: (call: Call, to: string | undefined) => Promise<Response>, one = path): Route[] {
    const route = (full: string, target: (call: Call) => string | undefined): Route => ({
      method: 'POST',
      path: full,
      access: 'publisher',
      handle(call) {
        requirePublish(call.caller, DEFAULT_CHANNEL);
        return handle(call, target(call));
      },
    });
    return [route(path, () => undefined), route(`${one}/:clientId`, (call) => call.part('clientId'))];
  }

  const message = (path: string, type: keyof MessageEvents): Route[] =>
    both(path, async (call, to) => {
      const isHeartbeat = type === 'heartbeat';
      const given = isHeartbeat && !hasBody(call.request) ? {} : await call.json();
      return send(type, createMessage(type, objectOf(given), environment), { to, ephemeral: isHeartbeat });
    });

  return [
    {
      method: 'POST',
      path: '/publish/:channel',
      access: 'publisher',
      async handle(call) {
        const channel = call.part('channel');
        requirePublish(call.caller, channel);
        const { type, data, ...options } = publishBody(await call.json());
        return send(type, data, { ...options, channel });
      },
    },
    ...both(
      '/api/sse/broadcast',
      async (call, to) => {
        const { eventType, data } = complete('body', objectOf(await call.json()), broadcastManual);
        return send(eventType, data, { to });
      },
      '/api/sse/send',
    ),
    ...message('/api/sse/notification', 'notification'),
    ...message('/api/sse/alert', 'alert'),
    ...message('/api/sse/data-update', 'dataUpdate'),
    ...message('/api/sse/heartbeat', 'heartbeat'),
  ];
}
