/**
 * The smallest list of chunks, found by leaving out halves, quarters and so on, for which `fails` still says true.
 * First whole chunks are left out, then characters.
 */
export function shrinkChunks(chunks: readonly string[], fails: (chunks: readonly string[]) => boolean): string[] {
  const fewer = leaveOut(chunks, (kept) => fails(kept));
  let smallest = fewer;
  for (let at = 0; at < smallest.length; at += 1) {
    const before = smallest.slice(0, at);
    const after = smallest.slice(at + 1);
    const characters = leaveOut((smallest[at] ?? '').split(''), (kept) => fails([...before, kept.join(''), ...after]));
    smallest = [...before, characters.join(''), ...after];
  }
  const joined = [smallest.join('')];
  return fails(joined) ? joined : smallest;
}

function leaveOut<Item>(items: readonly Item[], fails: (items: readonly Item[]) => boolean): Item[] {
  let kept = [...items];
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length;) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (fails(without)) kept = without;
      else at += size;
    }
  }
  return kept;
}
