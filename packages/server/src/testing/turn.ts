import { hostEnvironment } from '../host.ts';

/** Until this turn of the event loop is over. */
export const turn = (): Promise<void> => new Promise((resolve) => hostEnvironment.soon(resolve));
