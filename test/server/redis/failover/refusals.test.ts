import { describe, expect, test } from 'vitest';
import { serve } from '../../../../packages/server/src/http/index.ts';
import { createPushStream } from '../../../../packages/server/src/index.ts';
import type { RedisLogOptions } from '../../../../packages/server/src/log/redis/options.ts';
import { redisLog } from '../../../../packages/server/src/log/redis/redis-log.ts';
import { hasRedis, startRedis } from '../../../support/redis.ts';
import { until } from '../../../support/until.ts';
import { type Instance, roam } from '../cluster.ts';
import { type Pair, startPair } from './pair.ts';

/** An instance with its HTTP API. */
interface Member extends Instance, AsyncDisposable {
  /** What was reported, as text. */
  readonly reports: readonly string[];
  /** What publishing answers now. */
  publish(data: string): Promise<Response>;
  /** Until it is stored. */
  insist(data: string): Promise<void>;
}

async function startMember(options: RedisLogOptions): Promise<Member> {
  const reports: string[] = [];
  const environment = {
    reportError: (error: unknown, where: string) => void reports.push(`${where}: ${String(error)}`),
  };
  const push = createPushStream({ log: redisLog(options, environment), environment, heartbeatMs: 500 });
  const served = await serve(push, { open: true, environment });
  async function stop(): Promise<void> {
    served.server.closeAllConnections();
    await Promise.all([push.close(), served.close()]);
  }
  const publish = (data: string): Promise<Response> =>
    fetch(`${served.url}/publish/room`, {
      method: 'POST',
      body: JSON.stringify({ type: 'tick', data, key: data }),
      headers: { 'content-type': 'application/json' },
    });
  return {
    push,
    origin: served.url,
    stop,
    [Symbol.asyncDispose]: stop,
    reports,
    publish,
    insist: (data) => expect.poll(async () => (await publish(data)).ok, { timeout: 8_000, interval: 50 }).toBe(true),
  };
}

async function expectRefusal(member: Member, data: string): Promise<void> {
  const response = await member.publish(data);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await response.json()).toMatchObject({
    detail: 'The log cannot be reached at the moment; with a key it is safe to try again',
  });
}

const lineOf = (error: unknown): string => (error instanceof Error ? `${error.message}: ${String(error.cause)}` : '');

/** What a publisher in this process is told. */
const told = (member: Member): Promise<string> =>
  member.push.publish('tick', 'told', { key: 'told' }).then(() => 'stored', lineOf);

/** Trouble of a failover: what Redis says meanwhile, and how it goes by. */
interface Trouble {
  readonly code: string;
  strike(pair: Pair): Promise<() => Promise<unknown>>;
}

const troubles: readonly Trouble[] = [
  {
    code: 'NOREPLICAS',
    async strike({ primary, replica, settle }) {
      await primary.command('CONFIG', 'SET', 'min-replicas-to-write', '1');
      await replica.command('REPLICAOF', 'NO', 'ONE');
      return async () => {
        await replica.command('REPLICAOF', '127.0.0.1', String(primary.port));
        await settle();
      };
    },
  },
  {
    code: 'READONLY',
    strike({ replica, address, promote }) {
      address.lead(replica);
      return Promise.resolve(promote);
    },
  },
  {
    code: 'MASTERDOWN',
    async strike({ primary, replica, address, promote }) {
      await replica.command('CONFIG', 'SET', 'replica-serve-stale-data', 'no');
      await primary.kill();
      address.lead(replica);
      return promote;
    },
  },
  {
    code: 'LOADING',
    async strike({ primary }) {
      await primary.command('DEBUG', 'POPULATE', '3000', 'ballast', '100');
      await primary.command('CONFIG', 'SET', 'loading-process-events-interval-bytes', '1024');
      await primary.command('CONFIG', 'SET', 'key-load-delay', '1000');
      const loading = primary.command('DEBUG', 'RELOAD');
      await expect.poll(() => primary.command('PING').then(String, String), { timeout: 5_000 }).toContain('LOADING');
      return () => loading;
    },
  },
];

describe.skipIf(!hasRedis)('what Redis refuses during a failover', () => {
  test.each(troubles)(
    '$code: publishing answers 503 with Retry-After, streams stay, and all goes on by itself',
    async ({ code, strike }) => {
      await using pair = await startPair();
      await using member = await startMember({ url: pair.address.url });
      using client = roam(() => member);
      await until(() => client.client.status === 'open');
      await member.insist('before');
      await until(() => client.data.length === 1);
      await pair.settle();

      const mend = await strike(pair);
      await expect
        .poll(() => told(member), { timeout: 5_000 })
        .toMatch(new RegExp(`^Expected an? .+ from Redis, got ${code}: .*${code} `));
      await expectRefusal(member, 'during');
      const mending = mend();
      await member.insist('during');
      await mending;
      await member.insist('after');
      await until(() => client.data.includes('after'));
      expect(client.data.filter((data) => data !== 'told')).toEqual(['before', 'during', 'after']);
      expect([client.resets, client.failures, client.connections]).toEqual([[], [], 1]);
    },
  );

  test('NOREPLICAS from a primary that is cut off, while its address leads to the new one: it is left', async () => {
    await using pair = await startPair();
    await using member = await startMember({ url: pair.address.url });
    await member.insist('before');
    await pair.settle();
    await pair.primary.command('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await pair.promote();
    await expect
      .poll(() => pair.primary.command('INFO', 'replication'), { timeout: 5_000 })
      .toContain('connected_slaves:0');
    pair.address.lead(pair.replica, 'kept');
    await expectRefusal(member, 'during');
    await member.insist('during');
    expect(await pair.replica.command('XLEN', 'pushstream:{default}:log')).toBe(2);
  });
});

describe.skipIf(!hasRedis)('what Redis does not allow', () => {
  const SECRET = 'hunter2hunter2';

  test.each([
    ['NOAUTH', 'no password', ''],
    ['WRONGPASS', 'a wrong password', `someone:${SECRET}-not@`],
    ['NOPERM', 'a user who may not', `someone:${SECRET}@`],
  ])('%s for %s: said as that, without the password, and mended without a restart', async (code, _, credentials) => {
    await using server = await startRedis({ password: 'of-the-operator' });
    await server.command('ACL', 'SETUSER', 'someone', 'on', `>${SECRET}`, '+ping');
    await using member = await startMember({ url: server.url.replace(/\/\/.*@/, `//${credentials}`) });
    await expect
      .poll(() => told(member), { timeout: 5_000 })
      .toMatch(`Expected a connection from Redis, got ${code}: `);
    await expectRefusal(member, 'during');
    await until(() => member.reports.length > 0);
    expect(member.reports.join()).toContain(code);
    expect(`${member.reports.join()} ${await told(member)}`).not.toContain(SECRET);
    const rules = ['resetpass', `>${SECRET}`, `>${SECRET}-not`, 'allkeys', 'allchannels', '+@all'];
    await server.command('ACL', 'SETUSER', 'someone', ...rules);
    await server.command('ACL', 'SETUSER', 'default', 'nopass');
    await member.insist('after');
  });
});
