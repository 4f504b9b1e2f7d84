import { aborting } from './behaviours/aborting.ts';
import { closing } from './behaviours/closing.ts';
import { content } from './behaviours/content.ts';
import { epochs } from './behaviours/epochs.ts';
import { gaps } from './behaviours/gaps.ts';
import { instances } from './behaviours/instances.ts';
import { keys } from './behaviours/keys.ts';
import { numbering } from './behaviours/numbering.ts';
import { reading } from './behaviours/reading.ts';
import { tailing } from './behaviours/tailing.ts';
import { trimming } from './behaviours/trimming.ts';
import type { Behaviour, LogHarness } from './harness.ts';
import { behavioursOf } from './rule.ts';

const rules = [
  ...numbering,
  ...content,
  ...reading,
  ...gaps,
  ...keys,
  ...tailing,
  ...trimming,
  ...aborting,
  ...closing,
  ...epochs,
  ...instances,
];

/**
 * What an engine owes as a `Log`, as behaviours to be run one after the other by any test framework.
 *
 * ```ts
 * import { test } from 'vitest';
 * import { memoryLog } from 'pushstream-server';
 * import { logBehaviours } from 'pushstream-server/testing';
 *
 * const harness = { create: async (options) => memoryLog(options) };
 * for (const { name, run } of logBehaviours(harness)) test(name, run);
 * ```
 *
 * Those that need a power that the harness lacks are left out: trimming, a store that is lost, time
 * and several instances are only proven where the harness can provoke them.
 */
export const logBehaviours = (harness: LogHarness): readonly Behaviour[] => behavioursOf(rules, harness);
