import { Agent, request } from 'node:http';

/** `alive`: it answers, but does not want new clients. `silent`: it does not answer. */
export type Health = 'ready' | 'alive' | 'silent';

/** Looks at instances as a balancer does: by `/health/ready` and `/health/live`. */
export interface Probe extends Disposable {
  look(port: number): Promise<Health>;
}

/** One that waits so long for an answer. */
export function createProbe(patienceMs: number): Probe {
  const agent = new Agent({ keepAlive: true });

  /** The status; `undefined`: no answer in time. */
  function ask(port: number, path: string): Promise<number | undefined> {
    return new Promise((resolve) => {
      const asking = request({ host: '127.0.0.1', port, path, agent }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      // Whoever was held up himself looks first at what has come meanwhile.
      const timer = setTimeout(() => setImmediate(() => asking.destroy()), patienceMs);
      asking.on('error', () => {});
      asking.on('close', () => {
        clearTimeout(timer);
        resolve(undefined);
      });
      asking.end();
    });
  }

  return {
    async look(port) {
      // Whether it is ready may take it a while to find out, where its log is silent.
      const [ready, live] = await Promise.all([ask(port, '/health/ready'), ask(port, '/health/live')]);
      if (ready === 200) return 'ready';
      return live === undefined && ready === undefined ? 'silent' : 'alive';
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}
