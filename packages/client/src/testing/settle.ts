/**
 * Resolves when everything that waits for nothing but promises is done: a message comes after all
 * microtasks. Not a timer: a test runner may have replaced those.
 */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
