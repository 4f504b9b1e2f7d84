export type { Behaviour, LogHarness, LogHarnessOptions } from './harness.ts';
export { logBehaviours } from './log-behaviours.ts';
export { sharedBehaviours } from './shared-behaviours.ts';
