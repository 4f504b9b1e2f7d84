// Ends this process by SIGTERM when whoever started it has gone, however that went: nobody else would.
import { readFileSync } from 'node:fs';

/** The shell that npm runs a script in outlives npm, so that one's parent counts too; where it can be read. */
function starters() {
  const { ppid, env } = process;
  if (env.npm_lifecycle_event === undefined) return String(ppid);
  try {
    return `${ppid} ${/\) \w (\d+)/.exec(readFileSync(`/proc/${ppid}/stat`, 'utf8'))?.[1]}`;
  } catch {
    return String(ppid);
  }
}

const before = starters();
const watch = setInterval(() => {
  if (starters() === before) return;
  clearInterval(watch);
  process.kill(process.pid, 'SIGTERM');
}, 500).unref();
