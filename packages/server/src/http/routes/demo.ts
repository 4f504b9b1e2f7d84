import { complete, type Manual } from 'pushstream-protocol';
import type { Demo } from '../../demo.ts';
import { requirePublish } from '../access.ts';
import { hasBody, objectOf } from '../body.ts';
import { answer, type Route } from '../route.ts';
import { DEFAULT_CHANNEL } from './messages.ts';

const manual: Manual<{ intervalSeconds: number }> = { intervalSeconds: ['1..60', 5] };

/** A demo's switch. Each way may be asked for again. */
export function demoRoutes(demo: Demo): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/demo/start',
      access: 'publisher',
      async handle(call) {
        requirePublish(call.caller, DEFAULT_CHANNEL);
        const body = hasBody(call.request) ? await call.json() : {};
        return answer(200, await demo.start(complete('body', objectOf(body), manual)));
      },
    },
    {
      method: 'POST',
      path: '/api/demo/stop',
      access: 'publisher',
      async handle(call) {
        requirePublish(call.caller, DEFAULT_CHANNEL);
        return answer(200, await demo.stop());
      },
    },
    {
      method: 'GET',
      path: '/api/demo/status',
      access: 'publisher',
      handle: async () => answer(200, await demo.status()),
    },
  ];
}
