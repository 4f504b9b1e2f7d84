export type { Behaviour, LogHarness, LogHarnessOptions } from './harness.ts';
export { logBehaviours } from './log-behaviours.ts';
