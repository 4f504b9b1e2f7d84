import { complete, type Manual } from 'pushstream-protocol';
import { LogUnavailableError } from '../../errors.ts';
import type { Published } from '../../events.ts';
import type { PushStream } from '../../push-stream.ts';
import { requirePublish } from '../access.ts';
import { objectOf } from '../body.ts';
import { logIsAway } from '../problem.ts';
import { answer, type Route } from '../route.ts';

/** What a JSON text can be. */
export const JSON_KINDS = 'object | string | number | boolean | null';

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

function publishBody(given: unknown): PublishBody {
  const body = objectOf(given);
  if (!('Message' in body)) return complete<PublishBody>('body', body, publishManual);
  complete('body', body, plainManual);
  return { type: 'message', data: body, to: undefined, tags: undefined, key: undefined, ephemeral: false };
}

/** The answer for an event that was taken. */
export const accepted = ({ id, duplicate }: Published): Response => answer(202, { id, duplicate });

/** Whether it was stored is not known. */
function advise(error: unknown): never {
  if (error instanceof LogUnavailableError) throw logIsAway(error, 'with a key it is safe to try again');
  throw error;
}

/** Where events of any type come in. */
export function publishRoutes(push: Pick<PushStream, 'publish'>): Route[] {
  return [
    {
      method: 'POST',
      path: '/publish/:channel',
      access: 'publisher',
      async handle(call) {
        const channel = call.part('channel');
        // Before the body is read.
        requirePublish(call.caller, channel);
        const { type, data, ...options } = publishBody(await call.json());
        return accepted(await push.publish(type, data, { ...options, channel }).catch(advise));
      },
    },
  ];
}
