import { EventClient, liveState } from 'pushstream-client';
import { contract } from '../../adapters/contract.ts';
import type { Driver } from '../../adapters/driver.ts';

/** What a burst cost, from the first of its events until the last of them is shown. */
export interface Burst {
  readonly renders: number;
  readonly frames: number;
  /** In the worst run of consecutive frames: how many renders more than frames. */
  readonly excess: number;
  /** Milliseconds of each task that blocked the page for 50 or more. */
  readonly longTasks: readonly number[];
}

/** What a test calls in the page. */
interface AdapterPage {
  /** Runs one case of the contract. */
  run(driver: string, name: string): Promise<void>;
  /** Follows a stream while a server sends a burst; without a driver, as a client and a live state alone. */
  burst(driver: string | undefined, events: string, send: string, last: string): Promise<Burst>;
}

declare global {
  interface Window {
    adapters?: AdapterPage;
  }
}

interface Follower {
  readonly status: string;
  readonly lastEventId: string;
  readonly renders: number;
  end(): void | Promise<void>;
}

/** Longer than what counts as long. */
const LONG_MS = 60;

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Tasks that block the page, as the page tells; what it returns ends the watch and gives their durations. */
function watchTasks(): () => Promise<readonly number[]> {
  const tasks: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
  observer.observe({ type: 'longtask' });
  return async () => {
    await frame();
    // A task is reported some time after it: behind one of our own, every report has come.
    const now = performance.now();
    const isLater = ({ startTime, duration }: PerformanceEntry): boolean => startTime + duration > now;
    while (performance.now() < now + LONG_MS);
    while (!tasks.some(isLater)) await frame();
    observer.disconnect();
    return tasks.filter((task) => !isLater(task)).map(({ duration }) => duration);
  };
}

function followAlone(url: string): Follower {
  const client = new EventClient(url);
  const state = liveState(client, { initial: '', reduce: (_before, { lastEventId }) => lastEventId });
  let renders = 0;
  state.subscribe(() => (renders += 1));
  const release = client.retain();
  return {
    get status() {
      return client.snapshot.peek().status;
    },
    get lastEventId() {
      return state.getSnapshot();
    },
    get renders() {
      return renders;
    },
    end() {
      release();
      state[Symbol.dispose]();
    },
  };
}

async function follow(driver: Driver, url: string): Promise<Follower> {
  const view = await driver.stream({ source: url, options: {} });
  return {
    get status() {
      return view.shown.status;
    },
    get lastEventId() {
      return view.shown.lastEventId;
    },
    get renders() {
      return view.renders;
    },
    end: () => view.unmount(),
  };
}

/** Makes the drivers of a framework callable from a test. */
export function expose(...drivers: readonly Driver[]): void {
  const find = (wanted: string): Driver => {
    const found = drivers.find(({ name }) => name === wanted);
    if (!found) throw new Error(`expected a driver ${wanted}`);
    return found;
  };
  window.adapters = {
    async run(driver, wanted) {
      const found = contract.find(({ name }) => name === wanted);
      if (!found) throw new Error(`expected a case "${wanted}"`);
      await found.run(find(driver));
      if (document.body.childNodes.length > 0) throw new Error(`left behind: ${document.body.innerHTML}`);
    },
    async burst(driver, events, send, last) {
      const follower = driver === undefined ? followAlone(events) : await follow(find(driver), events);
      while (follower.status !== 'open') await frame();
      await frame();
      const watched = watchTasks();
      const rendersByFrame = [follower.renders];
      await fetch(send, { method: 'POST' });
      do {
        await frame();
        rendersByFrame.push(follower.renders);
      } while (follower.lastEventId !== last);
      const longTasks = await watched();
      await follower.end();
      const excess = rendersByFrame.flatMap((before, from) =>
        rendersByFrame.slice(from).map((after, frames) => after - before - frames),
      );
      return {
        renders: follower.renders - (rendersByFrame[0] ?? 0),
        frames: rendersByFrame.length - 1,
        excess: Math.max(...excess),
        longTasks,
      };
    },
  };
}
