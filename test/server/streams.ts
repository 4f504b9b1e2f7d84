import { createParser, type Frame } from '../../packages/protocol/src/index.ts';

/** One stream of a server, read when a test says so. */
export interface TestStream {
  readonly response: Response;
  /** What has come so far and was not taken before. */
  take(): Promise<Frame[]>;
  /** The events among them that are not the stream's own, as `[id, data]`. */
  events(): Promise<Array<readonly [string | undefined, unknown]>>;
  /** Types of everything that came, the stream's own too. */
  types(): Promise<string[]>;
  /** The data of the stream's own events of a type, from everything that came. */
  control(type: string): Promise<unknown[]>;
  /** The body has ended. */
  readonly isOver: boolean;
  /** The last id that came. */
  readonly lastEventId: string;
  cancel(): Promise<void>;
}

type Fetch = (request: Request) => Promise<Response>;

const turn = (): Promise<'turn'> => new Promise((resolve) => setTimeout(resolve, 0, 'turn'));

/** Reads with a promise at hand, so that nothing is taken that nobody asked for. */
export async function open(fetch: Fetch, path = '/events', headers: Record<string, string> = {}): Promise<TestStream> {
  const response = await fetch(new Request(new URL(path, 'http://server.test'), { headers }));
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  const parser = createParser();
  const seen: Frame[] = [];
  let isOver = false;
  let lastEventId = '';
  let reading: ReturnType<NonNullable<typeof reader>['read']> | undefined;

  async function take(): Promise<Frame[]> {
    const frames: Frame[] = [];
    if (!reader) return frames;
    for (let quiet = 0; quiet < 3 && !isOver;) {
      reading ??= reader.read();
      const result = await Promise.race([reading.catch(() => ({ done: true as const, value: undefined })), turn()]);
      if (result === 'turn') {
        quiet += 1;
        continue;
      }
      quiet = 0;
      reading = undefined;
      if (result.done) isOver = true;
      else frames.push(...parser.push(decoder.decode(result.value, { stream: true })));
    }
    for (const frame of frames) if ('id' in frame && frame.id !== undefined) lastEventId = frame.id;
    seen.push(...frames);
    return frames;
  }

  return {
    response,
    take,
    async events() {
      return (await take()).flatMap((frame) =>
        frame.kind === 'event' && !frame.type.startsWith('pushstream.')
          ? [[frame.id, JSON.parse(frame.data) as unknown] as const]
          : [],
      );
    },
    async types() {
      await take();
      return seen.map((frame) => (frame.kind === 'event' ? frame.type : frame.kind));
    },
    async control(type) {
      await take();
      return seen.flatMap((frame) =>
        frame.kind === 'event' && frame.type === `pushstream.${type}` ? [JSON.parse(frame.data) as unknown] : [],
      );
    },
    get isOver() {
      return isOver;
    },
    get lastEventId() {
      return lastEventId;
    },
    async cancel() {
      isOver = true;
      await reader?.cancel();
    },
  };
}
