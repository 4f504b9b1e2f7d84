/** Something that others wait for. */
export interface Change {
  /** Resolves at the next one: then look again. */
  wait(): Promise<void>;
  /** It may have come. */
  wake(): void;
}

export function createChange(): Change {
  let waiting: Array<() => void> = [];
  return {
    wait: () => new Promise((resolve) => void waiting.push(resolve)),
    wake() {
      const woken = waiting;
      waiting = [];
      for (const resolve of woken) resolve();
    },
  };
}
