import type { Patch } from './variant.ts';

/** A server with one mistake in it, which the schedules have to find. */
export interface Mutant extends Patch {
  readonly name: string;
  /** What must be found: a part of the message. */
  readonly found: RegExp;
  /** The schedule that has found it, where that takes long: looked at first. */
  readonly at?: number;
}

export const mutants: readonly Mutant[] = [
  // ---- The seam between what was and what is
  {
    name: 'goes live one event too early',
    file: 'replay',
    from: 'else if (this.written < this.#hub.flushed) this.#read();',
    to: 'else if (this.written < this.#hub.flushed - 1) this.#read();\n      else if (this.written < this.#hub.flushed) { this.written = this.#hub.flushed; return; }',
    found: /I1, I5/,
  },
  {
    name: 'is live before it has replayed',
    file: 'session',
    from: 'const isDone = this.isReplaying && this.#replay.isDone;',
    to: 'const isDone = this.isReplaying;',
    found: /I1|I2/,
  },
  {
    name: 'gets the batch that it has read itself',
    file: 'session',
    from: 'number <= this.#joinedAt',
    to: 'number < this.#joinedAt',
    found: /I2/,
  },
  {
    name: 'takes a repetition of the log for something new',
    file: 'hub',
    from: 'if (entry.seq <= this.applied) continue;',
    to: '',
    found: /I2/,
  },
  {
    name: 'leaves a stream out between two portions',
    file: 'fan-out',
    from: 'journey.soon(portion);',
    to: 'reached += 1;\n    journey.soon(portion);',
    found: /I1|I3/,
  },
  {
    name: 'reads one event less than it says',
    file: 'pages',
    from: 'frames: audience.select(page, clientId)',
    to: 'frames: audience.select(page.length > 1 ? page.slice(0, -1) : page, clientId)',
    found: /I1/,
  },

  // ---- Who may have what
  {
    name: 'does not filter what is replayed',
    file: 'audience',
    from: 'isFor(frame, clientId) && accepts(frame.entry)',
    to: 'isFor(frame, clientId)',
    found: /I20/,
  },
  {
    name: "replays what is somebody else's",
    file: 'audience',
    from: 'isFor(frame, clientId) && accepts(frame.entry)',
    to: 'accepts(frame.entry)',
    found: /I20/,
  },
  {
    name: "hands out what is somebody else's",
    file: 'audience',
    from: 'matched.filter((frame) => isFor(frame, name))',
    to: 'matched',
    found: /I20/,
  },
  {
    name: "takes another client's page for the same one",
    file: 'audience',
    from: 'page.after === after && isSame(page.frames, frames)',
    to: 'page.after === after',
    found: /I1|I2|I20/,
  },
  {
    name: 'gives everything to who asks for nothing in particular',
    file: 'filter',
    from: 'return { ...subscription, channels: unique(granted) };',
    to: 'return subscription;',
    found: /I20/,
  },
  {
    name: 'lets everybody read every channel that is asked for',
    file: 'filter',
    from: 'return isGranted ? subscription : undefined;',
    to: 'return subscription;',
    found: /I20/,
  },
  {
    name: 'lets who was revoked go on',
    file: 'orders',
    from: "session.end(kind === 'kill' ? 'killed' : 'revoked');",
    to: '',
    found: /I20/,
  },
  {
    name: 'lets in who was revoked meanwhile',
    file: 'opening',
    from: 'place.refusal() ??',
    to: '',
    found: /I20/,
  },
  {
    name: 'lets who has expired go on',
    file: 'opening',
    from: 'expiresAt === undefined ? Infinity : expiresAt - now()',
    to: 'Infinity',
    found: /I20/,
  },

  // ---- What is lost is told
  {
    name: 'goes on in another epoch without a word',
    file: 'hub',
    from: /session\.restart\(reason.*\);/,
    to: 'session.resume();',
    found: /I5|I13|I3/,
  },
  {
    name: 'takes a cursor of another epoch for its own',
    file: 'log/gap',
    from: 'epoch !== head.epoch',
    to: 'false',
    found: /resumed at|I5|I3|I6/,
  },
  {
    name: 'goes on behind a gap without a word',
    file: 'replay',
    from: /this\.abandon\(page\.reason, .*\);/,
    to: 'this.written = this.#hub.applied;',
    found: /I1|I3/,
  },
  {
    name: 'tells where it goes on before it tells what was lost',
    file: 'control',
    from: 'isResetNext ? undefined : info.cursor',
    to: 'info.cursor',
    found: /I5/,
  },
  {
    name: 'resets where nothing is lost',
    file: 'classify',
    from: 'gapReason(position, head)',
    to: 'gapReason(position, { ...head, first: head.first + 1 })',
    found: /I6/,
  },
  {
    name: 'leads who knows more back to what it knows',
    file: 'locate',
    from: 'await until(() => hub.epoch === head.epoch && hub.flushed >= seen);',
    to: 'void seen;',
    found: /I3|I5|I6|I13|I2|resumed/,
  },
  {
    name: 'drops without a word',
    file: 'backlog',
    from: 'if (loss) texts.unshift(dropped(loss));',
    to: '',
    found: /I1, I5/,
  },
  {
    name: 'tells of a loss only where something else waits',
    file: 'backlog',
    from: 'return queue.size === 0 && !loss;',
    to: 'return queue.size === 0;',
    found: /I1, I5|I6/,
  },
  {
    name: 'tells a loss that is too small',
    file: 'queue',
    from: 'from: loss?.from ?? id',
    to: 'from: id',
    found: /I1, I5|dropped from/,
  },
  {
    name: 'lets an ephemeral event take the place of a stored one',
    file: 'queue',
    from: "entry.seq === undefined ? 'ephemeral' : 'stored'",
    to: "'any'",
    found: /I1, I5/,
    at: 885,
  },

  // ---- Slow streams
  {
    name: 'writes again what was taken while it was full',
    file: 'session',
    from: 'if (this.#outlet.isBlocked) this.#patience();\n      return;',
    to: 'if (this.#outlet.isBlocked) { this.#outlet.keep(frames); this.#patience(); }\n      return;',
    found: /I2/,
  },
  {
    name: 'keeps what it has handed over',
    file: 'queue',
    from: 'frames.clear();',
    to: '',
    found: /I2|I19|rest/,
  },
  {
    name: 'forgets where its queue began when it spills',
    file: 'session',
    from: "this.#phase === 'live' && this.#outlet.isEmpty",
    to: "this.#phase === 'live'",
    found: /I1, I5/,
  },
  {
    name: 'remembers the first place of any queue',
    file: 'session',
    from: 'if (this.#outlet.isEmpty) this.#replay.written = from;',
    to: '',
    found: /I2/,
  },
  {
    name: 'keeps any number of bytes for one stream',
    file: 'backlog',
    from: /queue\.bytes > capacityBytes/g,
    to: 'false',
    found: /I19/,
  },
  {
    name: 'keeps any number of bytes for all streams',
    file: 'budget',
    from: "session.end('memory');",
    to: '',
    found: /I19/,
  },
  {
    name: 'counts bytes of who is gone',
    file: 'outlet',
    from: 'this.isBlocked = false;\n    this.#account();\n  }\n\n  /** Of what',
    to: '}\n\n  /** Of what',
    found: /I19|I27/,
  },
  {
    name: 'comes back when it was ended by what it was to keep',
    file: 'session',
    from: "if (this.#phase !== 'live') return;\n    const { strategy",
    to: 'const { strategy',
    found: /I19|I27/,
  },

  // ---- Signs of life, and the end
  {
    name: 'moves the cursor past what is still on its way',
    file: 'session',
    from: '&& !this.#hub.isBusy',
    to: '',
    found: /I1|I2/,
    at: 188,
  },
  {
    name: 'moves the cursor to what has not been handed out',
    file: 'session',
    from: '? this.#hub.flushed : this.#replay.written',
    to: '? this.#hub.applied : this.#replay.written',
    found: /I1, I5/,
  },
  {
    name: 'names an epoch that is over',
    file: 'hub',
    from: 'this.#beat = undefined;',
    to: '',
    found: /I5|I3/,
    at: 551,
  },
  {
    name: 'moves into a new epoch by an old number',
    file: 'replay',
    from: 'this.#reading = undefined;\n    this.#reset ??=',
    to: 'this.#reset ??=',
    found: /I5|I3/,
    at: 132,
  },
  {
    name: 'writes behind its end',
    file: 'session',
    from: 'return Infinity;\n    }\n    if (now >= this.#crowdedAt',
    to: '}\n    if (now >= this.#crowdedAt',
    found: /written after the end/,
    at: 475,
  },
  {
    name: 'gives who was ended more time whenever it looks',
    file: 'session',
    from: 'if (now < this.#giveUpAt) return this.#giveUpAt;',
    to: 'if (now < this.#giveUpAt) return now + ENDING_MS;',
    found: /I25|I27/,
    at: 1058,
  },
  {
    name: 'never forgets a stream',
    file: 'session',
    from: 'this.#left(this);',
    to: '',
    found: /I25|I27/,
  },
  {
    name: 'takes new streams while it drains',
    file: 'admission',
    from: 'isOpen = false;',
    to: '',
    found: /I13|I25|I27/,
  },

  // ---- Publishing
  {
    name: 'stores a key twice',
    file: 'log/keys',
    from: 'find: (key) => seqs.get(key)',
    to: 'find: (key) => (key === "" ? seqs.get(key) : undefined)',
    found: /I8/,
  },
  {
    name: 'knows a key for ever',
    file: 'log/keys',
    from: 'now - oldest.addedAt <= limits.keyWindowMs',
    to: 'now >= oldest.addedAt',
    found: /I8/,
  },
  {
    name: 'tells the id of another event',
    file: 'publish',
    from: 'return { id: formatCursor({ epoch, seq }), duplicate };',
    to: 'return { id: formatCursor({ epoch, seq: Math.max(1, hub.applied) }), duplicate };',
    found: /I7|I8/,
  },
  {
    name: 'lets an ephemeral event overtake what is being stored',
    file: 'publish',
    from: 'if (storing) await queue(pass);\n      else pass();',
    to: 'pass();',
    found: /I3/,
  },
  {
    name: 'lets an ephemeral event overtake what was stored before it',
    file: 'hub',
    from: 'this.#held.add(place.epoch === this.epoch ? place.seq : this.#stored.seq, frame)',
    to: 'this.#held.add(0, frame)',
    found: /I3/,
  },
];
