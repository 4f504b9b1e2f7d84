import { type Body, createBody } from '../../../packages/client/src/testing/body.ts';
import type { Grant } from '../../../packages/server/src/grant.ts';
import type { Position } from '../../../packages/server/src/log/log.ts';
import type { Random } from '../../support/random.ts';

/** How the end of a connection looks to the client, and when the server hears of it. */
export interface Cut {
  readonly by: 'end' | 'failure';
  /** Turns until then; `undefined`: never, as with a cable that was pulled. */
  readonly serverHearsAfter: number | undefined;
}

/** One connection between a client and an instance: bytes, and what the network does to them. */
export class Link {
  readonly number: number;
  readonly requested: string;
  readonly body: Body;
  readonly #random: Random;
  /** What it was opened with; `undefined` before it was decided. */
  grant: Grant | undefined;
  /** The rights that the grant came from were taken away when the log was there. */
  revokedAt: Position | undefined;
  /** And how many ephemeral events there were. */
  ephemeralsAtRevocation = Infinity;
  /** The client has let go of it. */
  isLeft = false;
  /** No byte comes through any more. */
  isOver = false;
  isStalled = false;
  /** It is cut when so many more bytes came through. */
  cutAfter = Infinity;
  cutBy: Cut = { by: 'failure', serverHearsAfter: 0 };
  /** The first events of the stream were there. */
  hasBegun = false;
  /** The server refused to resume, and has to say so first. */
  owesReset = false;
  /** The server's side learns that the client is gone, once; set by the host. */
  hangUp: () => void = () => {};
  /** Bytes may flow again; set by the host. */
  flow: () => void = () => {};

  constructor(number: number, requested: string, random: Random) {
    this.number = number;
    this.requested = requested;
    this.#random = random;
    this.body = createBody(() => {});
  }

  /** Bytes of the server arrive. */
  pass(bytes: Uint8Array): void {
    if (this.isOver) return;
    const isCut = bytes.length >= this.cutAfter;
    const taken = isCut ? bytes.subarray(0, this.cutAfter) : bytes;
    this.cutAfter -= taken.length;
    const at = this.#random.chance(0.2) ? this.#random.below(taken.length + 1) : taken.length;
    for (const piece of [taken.slice(0, at), taken.slice(at)]) if (piece.length > 0) this.body.write(piece);
    if (isCut) this.cut(this.cutBy);
  }

  /** The client gets no more. */
  cut({ by, serverHearsAfter }: Cut, after: (turns: number, run: () => void) => void = (_turns, run) => run()): void {
    if (this.isOver) return;
    this.isOver = true;
    if (by === 'end') this.body.end();
    else this.body.fail(new TypeError('terminated'));
    if (serverHearsAfter !== undefined) after(serverHearsAfter, () => this.hangUp());
  }

  /** The server has ended it. */
  ended(by: Cut['by']): void {
    if (this.isOver) return;
    this.isOver = true;
    if (by === 'end') this.body.end();
    else this.body.fail(new TypeError('terminated'));
  }

  /** The client lets go of it; the server need not hear of that. */
  leave(reason: unknown): void {
    this.isLeft = true;
    this.isOver = true;
    this.body.abort(reason);
  }
}
