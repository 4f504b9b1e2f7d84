import { sharing } from './behaviours/sharing.ts';
import { telling } from './behaviours/telling.ts';
import type { Behaviour, LogHarness } from './harness.ts';
import { behavioursOf } from './rule.ts';

/**
 * What an engine owes as the `shared` of a `Log`, as behaviours to be run one after the other by any test
 * framework. The harness is that of `logBehaviours`, and what it lacks is left out here, too.
 */
export const sharedBehaviours = (harness: LogHarness): readonly Behaviour[] =>
  behavioursOf([...sharing, ...telling], harness);
