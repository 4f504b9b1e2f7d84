import { expect, test } from 'vitest';
import { HELP, parseFlags } from './flags.ts';
import { troubles } from './troubles.ts';

test('without flags it is a hundred cycles of every trouble', () => {
  expect(parseFlags([], 7)).toEqual({ cycles: 100, clients: 200, seed: 7, troubles, report: false });
});

test('--only takes a part of a name, in any case', () => {
  expect(parseFlags(['--only=flushall', '--seed=1'], 7)).toMatchObject({ seed: 1, troubles: [{ name: 'FLUSHALL' }] });
});

test('--help asks for nothing else, and names every trouble', () => {
  expect(parseFlags(['--help'], 7)).toBeUndefined();
  for (const { name } of troubles) expect(HELP).toContain(name);
});

test.each([
  [['--only=nope'], `--only: expected a part of a trouble's name, got "nope"`],
  [['--cycles=0'], '--cycles: expected a whole number from 1 to 100000, got "0"'],
  [['--clients=many'], '--clients: expected a whole number from 1 to 10000, got "many"'],
  [['--seed=-1'], '--seed: expected a whole number from 0 to 4294967295, got "-1"'],
  [['--report', '--only=XTRIM'], '--report: expected all troubles, got --only'],
  [['--cycels=3'], `Unknown option '--cycels'`],
])('%j is refused: nothing that was not done reads as a pass', (args, message) => {
  expect(() => parseFlags(args, 7)).toThrow(message);
});
