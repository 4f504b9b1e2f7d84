/** A binding that is attached as long as somebody follows what it shows. */
export interface Bound<Shown, Of = unknown> {
  /** What it holds. */
  readonly binding: Of;
  /** What is shown now. */
  readonly peek: () => Shown;
  /** Calls back when what is picked of it changes. */
  readonly follow: (pick: (shown: Shown) => unknown, run: () => void) => () => void;
  /** Attaches now what is followed, which else comes soon. */
  readonly settle: () => void;
}

/**
 * For frameworks that tell when somebody looks, not when a component is there. `shown` is what it begins with, `rest`
 * reads what it shows once nobody follows it any more. Attaches and detaches when `defer` has
 * it, not at once: a page that is being hydrated must find what the server rendered, and an
 * effect that goes over to another stream takes that one before it leaves this one.
 */
export function createBound<Shown, Of extends { readonly attach: () => () => void }>(
  binding: Of,
  shown: Shown,
  begin: (binding: Of, show: (next: Shown) => void) => (() => void) | undefined,
  rest: (binding: Of) => Shown,
  defer: (work: () => void) => void,
): Bound<Shown, Of> {
  const runs = new Set<() => void>();
  let detach: (() => void) | undefined;
  let end: (() => void) | undefined;
  let isNew = true;

  const peek = (): Shown => (isNew || detach ? shown : rest(binding));
  const soon = (): void => defer(settle);
  function settle(): void {
    if (runs.size === 0) {
      end?.();
      detach?.();
      detach = undefined;
    } else if (!detach) {
      detach = binding.attach();
      isNew = false;
      end = begin(binding, (next) => {
        shown = next;
        runs.forEach((run) => run());
      });
    }
  }

  return {
    binding,
    peek,
    settle,
    follow(pick, run) {
      let part = pick(peek());
      const look = (): void => {
        const before = part;
        part = pick(peek());
        if (!Object.is(before, part)) run();
      };
      runs.add(look);
      soon();
      return () => {
        runs.delete(look);
        soon();
      };
    },
  };
}
