import type { Cluster } from '../cluster/cluster.ts';
import type { FaultName } from '../contract.ts';
import type { Backend } from './backend.ts';
import { clusterFaults, createClusterBackend } from './cluster-backend.ts';
import type { Fault } from './faults.ts';
import type { FaultProxy } from './proxy.ts';
import { createStage, type StageOptions } from './stage.ts';
import { stageFaults } from './stage-faults.ts';

/** The servers behind the proxy, and what can be done to them. */
export interface Scene {
  readonly backend: Backend;
  /** `step`: publishes one event. */
  faults(proxy: FaultProxy, step: () => Promise<void>): Partial<Record<FaultName, Fault>>;
}

export interface SceneOptions extends StageOptions {
  /** Starts several servers; without it, there is one. */
  readonly cluster: ((origins: readonly string[]) => Promise<Cluster>) | undefined;
  /** Takes why something failed that nobody waits for. */
  readonly failed: (error: unknown) => void;
}

export async function setScene({ cluster: start, failed, ...options }: SceneOptions): Promise<Scene> {
  if (start) {
    const cluster = await start(options.origins);
    return {
      backend: createClusterBackend(cluster, { ...options, failed }),
      faults: () => clusterFaults(cluster),
    };
  }
  const stage = await createStage(options);
  return {
    backend: stage,
    faults: (proxy, step) => stageFaults({ stage, proxy, step, failed }),
  };
}
