import type { Log } from 'pushstream-server';
import type { Instance, InstanceAction } from '../contract.ts';
import type { TaskEvents } from '../task-events.ts';
import type { Address } from './link.ts';

/** The servers behind the proxy, one or several, and the log that they deliver from. */
export interface Backend {
  readonly isCluster: boolean;
  /** As it is now: one that is replaced is another. */
  readonly log: Pick<Log, 'head'>;
  /** Where streams and the HTTP API are; `undefined`: nobody is there at the moment. */
  readonly address: Address | undefined;
  /** For the HTTP API: may do everything. */
  readonly key: string;
  /** What streams are asked for, the one that is good now; `null`: nothing. */
  token(): string | null;
  /** Resolves when it is stored. */
  publish<Type extends keyof TaskEvents>(type: Type, data: TaskEvents[Type]): Promise<void>;
  instances(): Promise<readonly Instance[]>;
  /** `undefined`: it has no such instance, or none of its instances can be had that way. */
  act?(name: string, action: InstanceAction): Promise<boolean>;
  close(): Promise<void>;
}
