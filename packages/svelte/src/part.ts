import type { Bound } from 'pushstream-client/binding';
import { createSubscriber } from 'svelte/reactivity';

/** Reads a part of what is bound, whatever that is: an effect that calls it re-runs when that part changes. */
export function createPart<Whole, Part>(find: () => Bound<Whole>, pick: (whole: Whole) => Part): () => Part {
  const tracks = new WeakMap<object, () => void>();
  return () => {
    const { peek, follow } = find();
    const track = tracks.get(peek) ?? createSubscriber((update) => follow(pick, update));
    tracks.set(peek, track);
    track();
    return pick(peek());
  };
}
