import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../packages/client/package.json' with { type: 'json' };
import { useInstalled } from './installed.ts';
import { bin, root, run, writeFiles } from './tarball.ts';

const installed = useInstalled('client');

beforeAll(() =>
  writeFiles(installed.project, { 'watch.mjs': watch, 'import.mjs': load, 'render.mjs': render, 'edge.mjs': edge }),
);

const entries = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace(/^\./, 'pushstream-client'));
/** What needs no Node. */
const portable = entries.filter((entry) => !entry.endsWith('/node'));

const nodes = [
  ['Node 24', bin('node')],
  ['Node 20', join(root, 'test/runtimes/node_modules/node-20/bin/node')],
] as const;
const conditions = [
  ['plainly', []],
  ['with --conditions=browser', ['--conditions=browser']],
] as const;
const hosts = nodes.flatMap(([node, file]) =>
  conditions.map(([how, flags]) => [`${node}, ${how}`, file, flags] as const),
);

/** `watch(work)`: whatever the work adds to the global objects or the event loop, and whatever it calls there. */
const watch = `
  const starters = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch", "addEventListener"];
  const builtins = [globalThis, ...Object.getOwnPropertyNames(globalThis).flatMap((name) => {
    const { value } = Object.getOwnPropertyDescriptor(globalThis, name);
    return typeof value === "function" && value.prototype ? [value, value.prototype] : [];
  })];
  const keys = () => builtins.map((object) => Reflect.ownKeys(object));
  // Not the files that a loader reads: those end by themselves.
  const resources = () => globalThis.process?.getActiveResourcesInfo().filter((name) => !/^FSReq|^CloseReq/.test(name)).sort();

  export async function watch(work) {
    const called = [];
    const originals = starters.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
    for (const name of starters) {
      const value = () => called.push(name);
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: true });
    }
    const before = [keys(), resources()];
    await work();
    const after = [keys(), resources()];
    for (const [name, original] of originals) {
      if (original) Object.defineProperty(globalThis, name, original);
      else delete globalThis[name];
    }
    const added = after[0].flatMap((names, at) => names.filter((name) => !before[0][at].includes(name)).map(String));
    const started = after[1]?.join() === before[1]?.join() ? [] : after[1];
    return { called, added, started };
  }
`;
const nothing = { called: [], added: [], started: [] };

/** Arguments: the way to load, and the entry. */
const load = `
  import { createRequire } from "node:module";
  import { watch } from "./watch.mjs";

  const [, , way, entry] = process.argv;
  const require = createRequire(import.meta.url);
  // Node's own modules do what they do at their first import.
  if (entry.endsWith("/node")) await Promise.all(["http", "https", "zlib", "stream"].map((name) => import("node:" + name)));
  console.log(JSON.stringify(await watch(() => way === "import" ? import(entry) : void require(entry))));
`;

const render = `
  import { EventClient } from "pushstream-client";
  import { watch } from "./watch.mjs";

  // Node loads its fetch at the first touch.
  new Headers();
  let shown;
  const report = await watch(() => {
    const client = new EventClient("https://example.test/events", { lastEventId: "7" });
    const off = client.on("*", () => {});
    const { status, lastEventId, snapshot } = client;
    shown = [status, snapshot.value.status, snapshot.peek().hasOpened, lastEventId];
    off();
  });
  console.log(JSON.stringify({ ...report, shown }));
`;

/** Argument: the entry. A context has the language alone; what is handed in is what every edge has. */
const edge = `
  import { readFileSync } from "node:fs";
  import vm from "node:vm";

  const handedIn = [
    "AbortController", "AbortSignal", "Blob", "Event", "EventTarget", "FormData", "Headers", "MessageChannel",
    "ReadableStream", "Request", "Response", "TextDecoder", "TextDecoderStream", "TextEncoder", "TransformStream",
    "URL", "URLSearchParams", "WritableStream", "atob", "btoa", "clearInterval", "clearTimeout", "console", "crypto",
    "fetch", "performance", "queueMicrotask", "setInterval", "setTimeout", "structuredClone",
  ];
  const context = vm.createContext(Object.fromEntries(handedIn.map((name) => [name, globalThis[name]])));
  const modules = new Map();

  function open(url) {
    if (!modules.has(url)) {
      const text = readFileSync(new URL(url), "utf8");
      modules.set(url, new vm.SourceTextModule(text, { context, identifier: url }));
    }
    return modules.get(url);
  }
  const link = (name, { identifier }) =>
    open(name.startsWith(".") ? new URL(name, identifier).href : import.meta.resolve(name));
  async function load(url) {
    const module = open(url);
    if (module.status === "unlinked") await module.link(link);
    await module.evaluate();
    return module.namespace;
  }

  const { watch } = await load(new URL("watch.mjs", import.meta.url).href);
  const report = await watch(() => load(import.meta.resolve(process.argv[2])));
  const { EventClient } = await load(import.meta.resolve("pushstream-client"));
  const client = new EventClient("https://example.test/events");
  console.log(JSON.stringify({ ...report, shown: [client.url, client.status, client.snapshot.value.status] }));
`;

const json = async (file: string, args: readonly string[]): Promise<unknown> => {
  // Warnings are errors: what the program says beside its answer fails the parse.
  const script = `${file} ${args.map((arg) => `'${arg}'`).join(' ')} 2>&1`;
  return JSON.parse(await run('sh', ['-c', script], installed.project));
};

describe.each(hosts)('%s', (_name, file, flags) => {
  test.each(entries)('import of %s adds nothing, starts nothing, and says nothing', async (entry) => {
    expect(await json(file, [...flags, 'import.mjs', 'import', entry])).toEqual(nothing);
  });

  test.each(entries)('require of %s adds nothing, starts nothing, and says nothing', async (entry) => {
    expect(await json(file, [...flags, 'import.mjs', 'require', entry])).toEqual(nothing);
  });

  test('a server that renders a client, its status and its cursor starts nothing', async () => {
    expect(await json(file, [...flags, 'render.mjs'])).toEqual({ ...nothing, shown: ['idle', 'idle', false, '7'] });
  });
});

test.each(portable)(
  '%s loads at the edge: no process, no Buffer, no document; a client is made there',
  async (entry) => {
    const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
    expect(await json(bin('node'), [...flags, 'edge.mjs', entry])).toEqual({
      ...nothing,
      shown: ['https://example.test/events', 'idle', 'idle'],
    });
  },
);
