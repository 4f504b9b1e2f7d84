import type { TransportReport, TransportRequest } from '../../packages/client/src/transport/transport.ts';
import { fetchTransport } from '../../packages/client/src/transport/fetch-transport.ts';
import { VirtualTime } from '../support/virtual-time.ts';

export type Call = readonly [url: string, init: RequestInit & { readonly headers: Headers }];

/** A request with nothing special. */
export const request: Omit<TransportRequest, 'environment'> = {
  url: 'https://server.test/events',
  method: 'GET',
  headers: {},
  query: {},
  body: null,
  credentials: 'same-origin',
  redirect: 'safe',
  resume: { header: true, query: undefined },
  lastEventId: '',
  maxEventLength: 1_000_000,
  hasOpened: false,
  watchTypes: () => () => {},
};

/** The response of a stream whose chunks the test writes. */
export function streaming(): { response: Response; write(text: string): void; end(): void; cancelled: Promise<void> } {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let cancel = (): void => {};
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  const body = new ReadableStream<Uint8Array>({
    start(made) {
      controller = made;
    },
    cancel,
  });
  const encoder = new TextEncoder();
  return {
    response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    write: (text) => controller?.enqueue(encoder.encode(text)),
    end: () => controller?.close(),
    cancelled,
  };
}

/** Opens one connection on a fetch that answers from a list; waits for what it reports. */
export function connect(
  change: Partial<TransportRequest>,
  answer: (call: Call, count: number) => Response | Promise<Response>,
  time: VirtualTime = new VirtualTime(),
  hides = false,
): {
  calls: Call[];
  reports: TransportReport[];
  abort(): void;
  until(type: TransportReport['type']): Promise<TransportReport>;
} {
  const calls: Call[] = [];
  const reports: TransportReport[] = [];
  const waiting = new Set<() => void>();
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    const call = [url, init as Call[1]] as const;
    calls.push(call);
    return Promise.resolve(answer(call, calls.length));
  };
  const abort = fetchTransport(fetch, () => hides).open(
    { ...request, environment: time.environment, ...change },
    (report) => {
      reports.push(report);
      for (const look of waiting) look();
    },
  );
  const until = (type: TransportReport['type']): Promise<TransportReport> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = reports.find((report) => report.type === type);
        if (found) resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { calls, reports, abort, until };
}
