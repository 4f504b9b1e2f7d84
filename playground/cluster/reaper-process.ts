/**
 * Outlives the process that started it by a moment: once that is gone, however it went, the processes that it named are
 * killed and its directories removed. One that stands still could not notice by itself.
 *
 * Lines of its input: `+pid`, `-pid`, `/directory`.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const processes = new Set<number>();
const directories = new Set<string>();

// A terminal tells everybody; whoever is to be ended is told by the end of the input.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('+')) processes.add(Number(line.slice(1)));
  else if (line.startsWith('-')) processes.delete(Number(line.slice(1)));
  else directories.add(line);
}
for (const pid of processes) kill(pid);
// What was killed may still be writing.
for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
