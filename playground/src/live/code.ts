const files = import.meta.glob<string>(['./react.tsx', './vue.vue', './svelte.svelte', '../../umd/vanilla.js'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const MARK = '✂';

/** What a file says between its two marks, as far to the left as it goes. */
function between(file: string): string {
  const lines = file.split('\n');
  const from = lines.findIndex((line) => line.includes(MARK));
  const to = lines.findLastIndex((line) => line.includes(MARK));
  const shown = lines.slice(from + 1, to);
  const indents = shown.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  return shown.map((line) => line.slice(Math.min(...indents))).join('\n');
}

/** The code that runs in each panel, by the panel's name: its own file, so that it cannot lie. */
export const code: ReadonlyMap<string, string> = new Map(
  Object.entries(files).map(([path, file]) => [path.replace(/^.*\/|\.\w+$/g, ''), between(file)]),
);
