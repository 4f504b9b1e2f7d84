/** First in, first out; each item has the number of its arrival, from 1, and is found by it at once. */
export interface NumberedQueue<Item> {
  /** The number of the oldest item; `last + 1` where there is none. */
  readonly first: number;
  /** The number of the newest item, also where it has left. */
  readonly last: number;
  readonly size: number;
  at(number: number): Item | undefined;
  push(item: Item): void;
  /** Lets the oldest item go. */
  shift(): void;
}

const SMALLEST = 16;

const empty = <Item>(length: number): Array<Item | undefined> => Array.from({ length });

/** A ring, written in place: no item is moved when the oldest leaves, and all are once when it doubles. */
export function createNumberedQueue<Item>(): NumberedQueue<Item> {
  /** A number's place is its remainder. */
  let places = empty<Item>(SMALLEST);
  let first = 1;
  let last = 0;

  const at = (number: number): Item | undefined =>
    number >= first && number <= last ? places[number % places.length] : undefined;

  function grow(): void {
    const more = empty<Item>(2 * places.length);
    for (let number = first; number <= last; number += 1) more[number % more.length] = at(number);
    places = more;
  }

  return {
    get first() {
      return first;
    },
    get last() {
      return last;
    },
    get size() {
      return last - first + 1;
    },
    at,
    push(item) {
      if (last - first + 1 === places.length) grow();
      last += 1;
      places[last % places.length] = item;
    },
    shift() {
      if (first > last) return;
      places[first % places.length] = undefined;
      first += 1;
    },
  };
}
