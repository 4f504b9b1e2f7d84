/** The newest of many, up to a limit. */
export interface Ring<Item> {
  /** From the oldest. */
  readonly items: readonly Item[];
  /** How many there were since the last `clear`. */
  readonly total: number;
  add(item: Item): void;
  /** Drops the oldest where there are more. */
  keep(limit: number): void;
  clear(): void;
}

export function createRing<Item>(limit: number): Ring<Item> {
  let most = limit;
  let items: Item[] = [];
  let total = 0;
  return {
    get items() {
      return items;
    },
    get total() {
      return total;
    },
    add(item) {
      total += 1;
      items.push(item);
      if (items.length > most) items.shift();
    },
    keep(wanted) {
      most = wanted;
      items = items.slice(-most);
    },
    clear() {
      total = 0;
      items = [];
    },
  };
}
