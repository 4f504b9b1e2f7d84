import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromiumArguments, requireChromium } from './chromium.ts';

const START_MS = 30_000;
const END_MS = 5_000;

/** A tab as a user has it: in front or hidden, frozen or awake. Tools that drive pages keep theirs in front. */
export interface Tab extends AsyncDisposable {
  /** The value of an expression in the page, awaited there, as far as JSON carries it. */
  evaluate(expression: string): Promise<unknown>;
  /** In front of its window. */
  show(): Promise<void>;
  /** Behind another tab of its window. */
  hide(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  goto(url: string): Promise<void>;
}

export interface Chromium extends AsyncDisposable {
  /** A tab in a window of its own, in front: what is shown elsewhere does not hide it. */
  open(url: string): Promise<Tab>;
}

type Call = (method: string, params?: object, sessionId?: string) => Promise<Record<string, unknown>>;

/** A headless Chromium of its own, spoken to in the DevTools protocol and nothing above it. */
export async function launchChromium(...flags: readonly string[]): Promise<Chromium> {
  const profile = await mkdtemp(join(tmpdir(), 'pushstream-chromium-'));
  const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
  const browser = spawn(requireChromium(), [...chromiumArguments, ...own, ...flags, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => {
    browser.on('close', resolve);
  });
  async function end(): Promise<void> {
    const timer = setTimeout(() => browser.kill('SIGKILL'), END_MS);
    browser.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
    // Its children may still be writing.
    await rm(profile, { recursive: true, force: true, maxRetries: 10 });
  }

  try {
    const call = await speak(await addressOf(browser));
    const create = async (newWindow: boolean): Promise<string> =>
      String((await call('Target.createTarget', { url: 'about:blank', newWindow }))['targetId']);
    let opening: Promise<unknown> = Promise.resolve();
    async function openWindow(): Promise<Tab> {
      const target = await create(true);
      // It goes to the newest window: nobody else may make one in between.
      const cover = await create(false);
      const { sessionId } = await call('Target.attachToTarget', { targetId: target, flatten: true });
      const tab = tabOf(call, target, cover, String(sessionId));
      await tab.show();
      return tab;
    }
    return {
      async open(url) {
        const opened = opening.then(openWindow);
        opening = opened.catch(() => {});
        const tab = await opened;
        await tab.goto(url);
        return tab;
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function tabOf(call: Call, target: string, cover: string, sessionId: string): Tab {
  const send = (method: string, params: object): ReturnType<Call> => call(method, params, sessionId);
  const act = async (action: string, targetId: string): Promise<void> => {
    await call(`Target.${action}Target`, { targetId });
  };
  const setState = async (state: 'frozen' | 'active'): Promise<void> => {
    await send('Page.setWebLifecycleState', { state });
  };
  return {
    async evaluate(expression) {
      const { result, exceptionDetails } = await send('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails) throw new Error(`The page threw: ${JSON.stringify(exceptionDetails)}`);
      return (result as { value?: unknown }).value;
    },
    show: () => act('activate', target),
    hide: () => act('activate', cover),
    freeze: () => setState('frozen'),
    thaw: () => setState('active'),
    async goto(url) {
      await send('Page.navigate', { url });
    },
    async [Symbol.asyncDispose]() {
      await act('close', target);
      await act('close', cover);
    },
  };
}

/** The address that the browser writes to stderr as soon as it listens. */
function addressOf(browser: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    function failed(why: string): void {
      clearTimeout(timer);
      reject(new Error(`Chromium ${why}:\n${lines.join('\n')}`));
    }
    const timer = setTimeout(failed, START_MS, `told no DevTools address within ${START_MS} ms`);
    browser.on('error', (error) => failed(`did not start, ${error.message}`));
    browser.on('exit', (code) => failed(`ended with ${code}`));
    if (!browser.stderr) return;
    // Read to the end: a browser whose pipe is full stands still.
    createInterface(browser.stderr).on('line', (line) => {
      lines.push(line);
      const [, address] = /^DevTools listening on (ws:\S+)$/.exec(line) ?? [];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}

/** Connects; what is returned makes a call and takes its answer. */
async function speak(address: string): Promise<Call> {
  const socket = new WebSocket(address);
  const waiting = new Map<number, (answer: Answer) => void>();
  let calls = 0;
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`No DevTools at ${address}`)));
  });
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id === undefined) return;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  socket.addEventListener('close', () => {
    for (const settle of waiting.values()) settle({ error: { message: 'the browser is gone' } });
    waiting.clear();
  });
  return (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      const id = (calls += 1);
      waiting.set(id, ({ error, result = {} }) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
      socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
}

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}
