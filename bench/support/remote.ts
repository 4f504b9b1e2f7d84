import { fork } from 'node:child_process';

// Calls between a bench and the processes that it starts, so that what one of them uses is its own.

/** What a process can be asked to do. Arguments and results are JSON. */
type Methods = object;

type Given<Method> = Method extends (...given: infer Arguments) => unknown ? Arguments : never;
type Result<Method> = Method extends (...given: never[]) => infer Value ? Awaited<Value> : never;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly given: readonly unknown[];
}

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Another process, as long as it lives. */
export interface Remote<Own extends Methods> {
  call<Name extends keyof Own & string>(name: Name, ...given: Given<Own[Name]>): Promise<Result<Own[Name]>>;
  stop(): Promise<void>;
}

/** Starts a module that calls `serve`. */
export function start<Own extends Methods>(
  module: URL,
  given: readonly string[] = [],
  execArgv: readonly string[] = [],
): Remote<Own> {
  const child = fork(module, [...given], { execArgv: [...execArgv] });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let calls = 0;
  child.on('message', ({ id, value, error }: Reply) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new Error(error));
  });
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${module.pathname}: it ended with ${String(code)}`));
  });
  return {
    call(name, ...parameters) {
      const call = Promise.withResolvers<unknown>();
      calls += 1;
      waiting.set(calls, call);
      child.send({ id: calls, name, given: parameters } satisfies Call);
      // What the other side answers is what its types say.
      return call.promise as Promise<never>;
    },
    stop() {
      if (child.connected) child.disconnect();
      return gone;
    },
  };
}

/** Answers the parent's calls, and leaves with it. */
export function serve(methods: Methods): void {
  const known = new Map<string, unknown>(Object.entries(methods));
  async function answer({ id, name, given }: Call): Promise<Reply> {
    try {
      const method = known.get(name);
      if (typeof method !== 'function') throw new TypeError(`expected a method, got ${name}`);
      return { id, value: await (method as (...given: readonly unknown[]) => unknown)(...given) };
    } catch (error) {
      return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  }
  process.on('message', (call: Call) => void answer(call).then((reply) => process.send?.(reply)));
  process.on('disconnect', () => process.exit());
}
