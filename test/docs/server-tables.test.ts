import { describe, expect, test } from 'vitest';
import { apiKeys } from '../../packages/server/src/auth/index.ts';
import { help } from '../../packages/server/src/cli/help.ts';
import { createHttpApi } from '../../packages/server/src/http/index.ts';
import { createPushStream, memoryLog } from '../../packages/server/src/index.ts';
import { resolveHttpOptions } from '../../packages/server/src/http/resolve-options.ts';
import { resolveSettings } from '../../packages/server/src/resolve-options.ts';
import { hostEnvironment } from '../../packages/server/src/host.ts';
import { plain } from './support/defaults.ts';
import { codeIn, replaceSection, rows, section } from './support/markdown.ts';
import { errorClasses, members, publicFace, words } from './support/public-face.ts';

const page = 'docs/server.md';
const face = (entry = ''): string => `packages/server/src/${entry}index.ts`;

interface Table {
  /** The section that shows it. */
  readonly name: string;
  /** The interface, or those that together are one object. */
  readonly of: readonly string[];
  /** What comes before each name. */
  readonly prefix?: string;
  /** Who exports it: a folder of the server's sources. */
  readonly entry?: string;
}

const tables: readonly Table[] = [
  { name: 'publish options', of: ['PublishOptions'] },
  { name: 'route options', of: ['RouteOptions'] },
  { name: 'slow consumer options', of: ['SlowConsumerOptions'], prefix: 'slowConsumer.' },
  { name: 'grant', of: ['Grant'] },
  { name: 'server options', of: ['PushStreamOptions'] },
  { name: 'limits', of: ['Limits'], prefix: 'limits.' },
  { name: 'source options', of: ['SourceOptions'] },
  { name: 'revoke options', of: ['RevokeOptions'] },
  { name: 'drain options', of: ['DrainOptions'] },
  { name: 'memory log options', of: ['MemoryLogOptions'] },
  { name: 'redis log options', of: ['RedisLogOptions'], entry: 'redis/' },
  { name: 'api key', of: ['ApiKey'], entry: 'auth/' },
  { name: 'api keys options', of: ['ApiKeysOptions'], entry: 'auth/' },
  { name: 'jwt options', of: ['JwtKeyOptions', 'JwtOptions'], entry: 'auth/' },
  { name: 'http options', of: ['HttpApiOptions'], entry: 'http/' },
  { name: 'rate limit options', of: ['RateLimitOptions'], prefix: 'rateLimit.', entry: 'http/' },
  { name: 'demo options', of: ['DemoOptions'], entry: 'http/' },
  { name: 'serve options', of: ['ServeOptions'], entry: 'http/' },
  { name: 'log harness', of: ['LogHarness'], entry: 'testing/' },
  { name: 'log harness options', of: ['LogHarnessOptions'], entry: 'testing/' },
];

const shownIn = (name: string): readonly (readonly string[])[] => rows(section(page, name));
const firsts = (name: string): readonly string[] => shownIn(name).flatMap(([first = '']) => codeIn(first));
const declared = ({ of, entry }: Table): ReturnType<typeof members> => of.flatMap((one) => members(face(entry), one));

describe('options', () => {
  test.each(tables)('the table of $name has exactly the members of $of', (table) => {
    const { name, prefix = '' } = table;
    expect(firsts(name)).toEqual(declared(table).map((member) => prefix + member.name));
  });

  test.each(tables)('the table of $name has the defaults of the docstrings', (table) => {
    const said = shownIn(table.name).map(([, fallback = '']) => plain(fallback));
    expect(said).toEqual(
      declared(table).map(({ fallback, optional }) => plain(fallback ?? (optional ? 'none' : 'required'))),
    );
  });

  test.each(['', 'auth/', 'http/', 'redis/', 'testing/'])(
    'there is no options object of %s without a table',
    (entry) => {
      // What another library documents is only handed on.
      const shown = [...tables.flatMap(({ of }) => of), 'RedisConnectionOptions'];
      const options = publicFace(face(entry)).filter(({ name }) => /^\w+Options$/.test(name));
      expect(options.length).toBeGreaterThan(0);
      expect(options.filter(({ name }) => !shown.includes(name)).map(({ name }) => name)).toEqual([]);
    },
  );

  test('the docstrings have the defaults of the code', () => {
    const settings = resolveSettings({}, hostEnvironment);
    const http = resolveHttpOptions({ open: true });
    const resolved = new Map<string, Record<string, unknown>>([
      ['server options', { ...settings, slowConsumer: settings.slowConsumer.strategy }],
      ['limits', { ...settings.limits }],
      ['slow consumer options', { ...settings.slowConsumer }],
      ['http options', { ...http }],
      ['rate limit options', { ...http.rateLimit }],
    ]);
    const compared: string[] = [];
    for (const table of tables) {
      for (const { name, fallback = 'none' } of declared(table)) {
        const value = resolved.get(table.name)?.[name];
        if (!['string', 'number', 'boolean'].includes(typeof value)) continue;
        const written = typeof value === 'string' ? JSON.stringify(value) : String(value);
        expect(`${name}: ${plain(fallback)}`).toBe(`${name}: ${written}`);
        compared.push(name);
      }
    }
    expect(compared.length).toBeGreaterThanOrEqual(15);
  });
});

describe('words', () => {
  const control = 'packages/server/src/control.ts';

  test.each([
    ['reset reasons', control, 'ResetReason'],
    ['closing reasons', control, 'ClosingReason'],
    ['strategies', face(), 'SlowConsumerStrategy'],
  ])('the table of %s has exactly those of %s', (name, path, type) => {
    expect([...firsts(name)].sort()).toEqual([...words(path, type)].sort());
  });

  test('the table of counts has exactly the members of Stats', () => {
    expect(firsts('stats')).toEqual(members(face(), 'Stats').map(({ name }) => name));
  });

  test('the table of functions has exactly those of a Log', () => {
    const names = firsts('log functions').map((signature) => signature.replace(/\(.*/, ''));
    expect(names).toEqual(members(face(), 'Log').map(({ name }) => name));
  });

  test('the table of what instances share has exactly the functions of Shared', () => {
    const names = firsts('shared functions').map((signature) => signature.replace(/\(.*/, ''));
    expect(names).toEqual(members(face(), 'Shared').map(({ name }) => name));
  });

  test('the table of errors has exactly the exported classes, each with its code', () => {
    const shown = shownIn('server errors').map(([name = '', code = '']) => [codeIn(name)[0], codeIn(code)[0]]);
    const exported = [...errorClasses(face())].filter(([, code]) => code !== undefined);
    expect(exported.length).toBeGreaterThan(0);
    expect(new Map(shown as [string, string][])).toEqual(new Map(exported));
  });
});

test('the help of the command is shown as it is printed (UPDATE_DOCS=1 writes it)', () => {
  const shown = `\`\`\`text\n${help.trimEnd()}\n\`\`\``;
  if (process.env['UPDATE_DOCS'] === '1') replaceSection(page, 'help', shown);
  expect(section(page, 'help')).toBe(shown);
});

describe('over HTTP', () => {
  const ask = async (method: string, path: string, authorization?: string): Promise<Response> => {
    const push = createPushStream({ log: memoryLog({ maxEvents: 10 }) });
    const keys = apiKeys([
      { id: 'one', secret: 'a-key-for-one-channel', scopes: { publish: ['elsewhere'] } },
      { id: 'all', secret: 'a-key-for-every-channel' },
    ]);
    const { fetch } = createHttpApi(push, { keys, demo: true, origins: ['http://page.test'] });
    const headers: HeadersInit = authorization ? { authorization: `Bearer ${authorization}` } : {};
    const response = await fetch(new Request(`http://hub.test${path}`, { method, headers }));
    await response.body?.cancel();
    await push.close();
    return response;
  };

  const routes = shownIn('routes').map(([first = '', who = '']) => {
    const [method = '', path = ''] = (codeIn(first)[0] ?? '').split(' ');
    return { method, path, who };
  });
  const filled = (path: string): string => path.replaceAll(/\{\w+\}/g, 'default');

  test('the table has every route, and no other', async () => {
    const { app } = createHttpApi(createPushStream(), { open: true, demo: true });
    const paths = new Set(app.routes.map(({ path }) => path.replaceAll(/:(\w+)/g, '{$1}')));
    paths.delete('/*');
    expect([...new Set(routes.map(({ path }) => path))].sort()).toEqual([...paths].sort());
    for (const path of paths) {
      const allow = (await ask('OPTIONS', filled(path))).headers.get('allow') ?? '';
      const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
      expect(`${path}: ${allow.replaceAll(/, (HEAD|OPTIONS)/g, '')}`).toBe(`${path}: ${methods.join(', ')}`);
    }
  });

  test.each(routes)('$method $path: $who', async ({ method, path, who }) => {
    const refusals = async (key?: string): Promise<number> => {
      const { status } = await ask(method, filled(path), key);
      return status === 401 || status === 403 ? status : 0;
    };
    const expected =
      who === 'any key' ? [401, 0, 0] : who.startsWith('a key') ? [401, 403, 0] : /* anybody, the hub */ [0, 0, 0];
    expect([
      await refusals(),
      await refusals('a-key-for-one-channel'),
      await refusals('a-key-for-every-channel'),
    ]).toEqual(expected);
  });

  test('the table of metrics has what is told (UPDATE_DOCS=1 writes it)', async () => {
    const { fetch } = createHttpApi(createPushStream(), { open: true });
    const text = await (await fetch(new Request('http://hub.test/metrics'))).text();
    const told = [...text.matchAll(/^# HELP (pushstream_\w+) (.*)$/gm)].map(([, name = '', say = '']) => {
      const first = say[0]?.toLowerCase() ?? '';
      return `| \`${name}\` | ${first}${say.slice(1).replace(/\.$/, '')} |`;
    });
    const shown = ['| metric | what it tells |', '| --- | --- |', ...told].join('\n');
    if (process.env['UPDATE_DOCS'] === '1') replaceSection(page, 'metrics', shown);
    expect(section(page, 'metrics')).toBe(shown);
  });
});
