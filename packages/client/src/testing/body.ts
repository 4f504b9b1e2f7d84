/** A response's body in the test's hand. */
export interface Body {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The next chunk. */
  write(bytes: Uint8Array<ArrayBuffer>): void;
  /** After every chunk: the end. */
  end(): void;
  /** After every chunk: a failure. */
  fail(error: Error): void;
  /** A failure at once, whatever has not been read. */
  abort(reason: unknown): void;
}

type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

/**
 * A body that is read to its last byte before it fails. A stream's own `error()` drops what was
 * written and not yet read; what a test sends and then cuts would depend on the moment.
 */
export function createBody(cancelled: () => void): Body {
  const steps: ((controller: Controller) => void)[] = [];
  let controller: Controller | undefined;
  let wake = (): void => {};
  const take = (step: (controller: Controller) => void): void => {
    steps.push(step);
    wake();
  };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(made) {
        controller = made;
      },
      async pull(made) {
        if (steps.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        steps.shift()?.(made);
      },
      cancel: cancelled,
    },
    // Asks for a chunk only when a reader waits for one.
    { highWaterMark: 0 },
  );
  return {
    stream,
    write: (bytes) => take((made) => made.enqueue(bytes)),
    end: () => take((made) => made.close()),
    fail: (error) => take((made) => made.error(error)),
    abort: (reason) => controller?.error(reason),
  };
}
