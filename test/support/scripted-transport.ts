import { createParser, type Parser } from '../../packages/protocol/src/index.ts';
import type { Transport, TransportReport, TransportRequest } from '../../packages/client/src/transport/transport.ts';

/** One connection that a client asked for; the test says what happens on it. */
export class ScriptedConnection {
  aborted = false;
  readonly request: TransportRequest;
  readonly report: (report: TransportReport) => void;
  readonly #parser: Parser;

  constructor(request: TransportRequest, report: (report: TransportReport) => void) {
    this.request = request;
    this.report = report;
    this.#parser = createParser({ maxEventLength: request.maxEventLength });
  }

  open(): this {
    const headers = { get: (): null => null };
    this.report({ type: 'opened', carriesBody: false, info: { url: this.request.url, status: 200, headers } });
    return this;
  }

  /** A chunk of text arrives. */
  send(text: string): this {
    this.report({ type: 'frames', frames: this.#parser.push(text) });
    return this;
  }
}

/** A transport without a network: every connection is kept for the test to drive. */
export class ScriptedTransport implements Transport {
  readonly connections: ScriptedConnection[] = [];

  open(request: TransportRequest, report: (report: TransportReport) => void): () => void {
    const connection = new ScriptedConnection(request, report);
    this.connections.push(connection);
    return () => {
      connection.aborted = true;
    };
  }

  get live(): ScriptedConnection[] {
    return this.connections.filter(({ aborted }) => !aborted);
  }

  get last(): ScriptedConnection {
    const connection = this.connections.at(-1);
    if (!connection) throw new Error('No connection was asked for');
    return connection;
  }
}
