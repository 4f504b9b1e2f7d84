import { aborting } from './aborting.ts';
import { closing } from './closing.ts';
import { content } from './content.ts';
import { epochs } from './epochs.ts';
import { gaps } from './gaps.ts';
import { instances } from './instances.ts';
import { keys } from './keys.ts';
import { numbering } from './numbering.ts';
import { reading } from './reading.ts';
import { tails } from './tails.ts';
import type { Mutant } from './mutant.ts';

export const mutants: readonly Mutant[] = [
  ...content,
  ...numbering,
  ...reading,
  ...gaps,
  ...keys,
  ...tails,
  ...aborting,
  ...closing,
  ...epochs,
  ...instances,
];
