import type { Log } from '../../../../packages/server/src/log/log.ts';
import type { LogHarness } from '../../../../packages/server/src/testing/index.ts';
import { createTestEnvironment } from '../../support.ts';
import { createMemoryHarness } from '../memory-harness.ts';
import { harnessMutant, type Mutant, sharedKeys, turn } from './mutant.ts';

const sameEpoch = (): LogHarness => createMemoryHarness({ ...createTestEnvironment(), token: () => 'always' });

export const epochs: readonly Mutant[] = [
  harnessMutant('has one epoch for all', 'two logs have two epochs, and know no position of each other', sameEpoch),
  ...[
    'a log whose store was lost begins anew, with another epoch',
    'a position of before is a gap, also when its number is reached again',
  ].map((breaks, at) => harnessMutant(`keeps the epoch of a lost store (${at + 1})`, breaks, sameEpoch)),
  harnessMutant('keeps the keys of a lost store', 'a key of before is not known: its entry was lost', sharedKeys),
  harnessMutant(
    'takes what comes for what follows',
    'a tail over a lost store says so or ends: what comes is never taken for what follows',
    () => {
      const harness = createMemoryHarness();
      let newest: Log | undefined;
      async function create(): Promise<Log> {
        const log = await harness.create();
        newest = log;
        return {
          ...log,
          async *tail(after, signal) {
            yield* log.tail(after, signal);
            // Only the number is looked at, a moment later.
            await turn();
            if (newest && !signal.aborted) yield* newest.tail({ ...(await newest.head()), seq: after.seq }, signal);
          },
        };
      }
      return {
        create,
        async wipe(log) {
          const next = await create();
          await log.close();
          return next;
        },
      };
    },
  ),
];
