import type { Log } from '../../log/log.ts';
import type { Shared } from '../../log/shared.ts';
import { equal, fail } from '../expect.ts';
import { type Rule, rule } from '../rule.ts';

const sharedOf = (log: Log): Shared => log.shared ?? fail('a log', 'one with `shared`', 'one without');

/** Texts that an engine may take for something else. */
const odd = ['', 'a b', ' a', 'a\nb', '\r\n', '\0', 'ä', '😀', '*', '0', '{a}'];

const TOPIC = 'topic';
const READY = 'ready';
const MANY = 10_000;

/** What somebody hears by now, from the first on: it may take an engine a moment to begin. */
async function listen(shared: Shared, signal: AbortSignal, topic: string = TOPIC): Promise<string[]> {
  const heard: string[] = [];
  const ready: string[] = [];
  shared.hear(topic, (text) => void (text === READY ? ready : heard).push(text), signal);
  for (let attempt = 0; ready.length === 0 && attempt < MANY; attempt += 1) await shared.tell(topic, READY);
  return heard;
}

/** Until so much was heard: what is told by another connection may come later than its answer. */
async function hasHeard(shared: Shared, heard: readonly string[], count: number): Promise<void> {
  for (let attempt = 0; heard.length < count && attempt < MANY; attempt += 1) await shared.read('board');
}

export const telling: readonly Rule[] = [
  rule('what is told is heard by all, who told it too, in its order and as it is', async (world) => {
    const shared = sharedOf(await world.create());
    const ended = new AbortController();
    const [one, other] = [await listen(shared, ended.signal), await listen(shared, ended.signal)];
    const told = [...odd, '', ...odd.map((text) => `${text}\r\n\0`)];
    await Promise.all(told.map((text) => shared.tell(TOPIC, text)));
    await hasHeard(shared, one, told.length);
    await hasHeard(shared, other, told.length);
    equal('what one hears', one, told);
    equal('what another one hears', other, told);
    ended.abort();
  }),
  rule('topics are apart', async (world) => {
    const shared = sharedOf(await world.create());
    const ended = new AbortController();
    const [one, other] = [await listen(shared, ended.signal, 'a'), await listen(shared, ended.signal, 'b')];
    await shared.tell('a', '1');
    await shared.tell('b', '2');
    await hasHeard(shared, one, 1);
    await hasHeard(shared, other, 1);
    equal('one', one, ['1']);
    equal('the other', other, ['2']);
    ended.abort();
  }),
  rule('who has left hears nothing more', async (world) => {
    const shared = sharedOf(await world.create());
    const [left, ended] = [new AbortController(), new AbortController()];
    const [gone, stays] = [await listen(shared, left.signal), await listen(shared, ended.signal)];
    left.abort();
    await shared.tell(TOPIC, '1');
    await hasHeard(shared, stays, 1);
    equal('who stays', stays, ['1']);
    equal('who has left', gone, []);
    ended.abort();
  }),
  rule('whoever listens from then on does not hear what was told before', async (world) => {
    const shared = sharedOf(await world.create());
    await shared.tell(TOPIC, 'before');
    const ended = new AbortController();
    const heard = await listen(shared, ended.signal);
    await shared.tell(TOPIC, 'after');
    await hasHeard(shared, heard, 1);
    equal('what is heard', heard, ['after']);
    ended.abort();
  }),
];
