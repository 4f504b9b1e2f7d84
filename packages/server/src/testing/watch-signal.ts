/** A signal that knows how many listen to it. */
export interface WatchedSignal {
  readonly controller: AbortController;
  readonly listeners: number;
}

type Listener = EventListenerOrEventListenerObject | null;

export function watchSignal(): WatchedSignal {
  const controller = new AbortController();
  const { signal } = controller;
  /** With each its wish to be called once: the signal lets go of those by itself. */
  const added = new Map<Listener, boolean>();
  Object.assign(signal, {
    addEventListener(type: string, listener: Listener, options?: AddEventListenerOptions | boolean) {
      added.set(listener, typeof options === 'object' && options.once === true);
      EventTarget.prototype.addEventListener.call(signal, type, listener, options);
    },
    removeEventListener(type: string, listener: Listener, options?: EventListenerOptions | boolean) {
      added.delete(listener);
      EventTarget.prototype.removeEventListener.call(signal, type, listener, options);
    },
  });
  return {
    controller,
    get listeners() {
      return [...added.values()].filter((isOnce) => !(isOnce && signal.aborted)).length;
    },
  };
}
