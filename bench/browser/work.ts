/** Steps of the work between two looks at the clock, and how often: the fastest is the one that nothing interrupted. */
const STEPS = 2_000_000;
const SAMPLES = 40;

/** Returns 0, but only by having done every step. */
function labour(steps: number): number {
  let state = 1;
  for (let step = 0; step < steps; step += 1) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return state === 0.5 ? 1 : 0;
}

let stepsPerMs: number | undefined;

/** Work of so many microseconds: a page's clock is too coarse to be asked for the end of each. */
export function workFor(microseconds: number): () => number {
  stepsPerMs ??= Math.max(
    ...Array.from({ length: SAMPLES }, () => {
      const begin = performance.now();
      labour(STEPS);
      return STEPS / (performance.now() - begin);
    }),
  );
  const steps = Math.round((stepsPerMs * microseconds) / 1000);
  return () => labour(steps);
}
