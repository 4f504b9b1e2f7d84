import { describe, expect, test } from 'vitest';
import { createHttpApi } from '../../../packages/server/src/http/index.ts';
import { capped } from '../../../packages/server/src/http/metrics.ts';
import { createPushStream } from '../../../packages/server/src/index.ts';
import { createKeys, KEY, start } from './support.ts';

async function scrape(ask: (method: string, path: string) => Promise<Response>): Promise<string> {
  const response = await ask('GET', '/metrics');
  return response.text();
}

describe('/metrics', () => {
  test('tells what the hub counts, and how late the event loop is', async () => {
    const { ask, push } = await start();
    const stream = await ask('GET', '/events');
    await push.publish('a', 1, { key: 'k' });
    await push.publish('a', 1, { key: 'k' });
    await ask('PUT', '/events');
    const text = await scrape(ask);
    await stream.body?.cancel();
    for (const line of [
      'pushstream_connections 1',
      'pushstream_connections_opened_total 1',
      'pushstream_connections_refused_total{status="405"} 1',
      'pushstream_published_total 1',
      'pushstream_publish_duplicates_total 1',
      'pushstream_dropped_total 0',
      'pushstream_resumed_total 0',
      'pushstream_log_lag_events 0',
      'pushstream_buffered_bytes 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds [\d.]+$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  test('what is counted is taken over at each scrape, not added', async () => {
    const { ask, push } = await start();
    await push.publish('a', 1);
    await scrape(ask);
    expect(await scrape(ask)).toContain('pushstream_published_total 1\n');
  });

  test('is in the form that a scraper of Prometheus expects', async () => {
    const { ask } = await start();
    expect((await ask('GET', '/metrics')).headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  test('is not there where it is not wanted', async () => {
    expect((await (await start({ metrics: false })).ask('GET', '/metrics')).status).toBe(404);
  });

  test('S49: paths, methods and keys that somebody makes up make no series of their own', async () => {
    const { ask, url } = await start();
    for (let count = 0; count < 50; count += 1) {
      await ask('POST', `/publish/channel-${count}`, { type: `type-${count}`, data: 1 });
      await ask('GET', `/made-up-${count}`);
      await fetch(`${url}/sessions/made-up-${count}`, { method: 'DELETE', headers: { 'x-api-key': `key-${count}` } });
    }
    const text = await scrape(ask);
    expect(text).not.toMatch(/made-up|channel-|type-\d|key-\d/);
    expect(text).not.toContain(KEY);
    const lines = text.split('\n').filter((line) => line.startsWith('pushstream_http_requests_total{'));
    expect(lines.sort()).toEqual([
      'pushstream_http_requests_total{method="DELETE",route="/sessions/:id",status="401"} 50',
      'pushstream_http_requests_total{method="GET",route="elsewhere",status="404"} 50',
      'pushstream_http_requests_total{method="POST",route="/publish/:channel",status="202"} 50',
    ]);
  });

  test('S49: a method that somebody makes up is counted as other', async () => {
    const { fetch } = createHttpApi(createPushStream(), { keys: createKeys() });
    for (const method of ['BREW', 'PROPFIND']) await fetch(new Request('http://server.test/pulse', { method }));
    const request = new Request('http://server.test/metrics', { headers: { 'x-api-key': KEY } });
    expect(await (await fetch(request)).text()).toContain('{method="other",route="/pulse",status="405"} 2');
  });

  test('S49: values of one label are never more than 32', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`reason-${at}`, 1]));
    const values = capped(many);
    expect([values.size, values.get('other')]).toEqual([32, 69]);
    expect([...capped({ slow: 2, drain: 1 })]).toEqual([
      ['slow', 2],
      ['drain', 1],
    ]);
  });
});

describe('the log of requests', () => {
  test('S49: has the route, the status and the key’s fingerprint; no path, no query, no payload, no key', async () => {
    const lines: [parts: object, text: string][] = [];
    const log = (parts: object, text: string): void => void lines.push([parts, text]);
    const { ask } = await start({ logger: { debug: log, info: log, warn: log, error: log } });
    await ask('POST', '/publish/private-channel?token=query-secret', { type: 'a', data: 'payload-secret' });
    await ask('GET', '/health/live');
    const fingerprint = createKeys().list()[0]?.fingerprint;
    expect(lines).toEqual([
      [{ method: 'POST', route: '/publish/:channel', status: 202, key: fingerprint }, 'request'],
      [{ method: 'GET', route: '/health/live', status: 200 }, 'request'],
    ]);
    expect(fingerprint).toHaveLength(6);
  });
});
