import { median } from '../support/harness.ts';

/** Says whether a promise was kept; with `--check` a missed one ends the bench with an error. */
export function judge(isKept: boolean, promise: string): void {
  if (isKept) console.log(`Kept: ${promise}`);
  else console.error(`Missed: ${promise}`);
  if (process.argv.includes('--check') && !isKept) process.exitCode = 1;
}

/** The median, with the least and the most. */
export function spread(values: readonly number[], digits = 2): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}
