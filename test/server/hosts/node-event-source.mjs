// In a process of its own: `--experimental-eventsource` is Node's, and a whole process's.
import process from 'node:process';

const [, , url, ...types] = process.argv;
const source = new EventSource(url);
for (const type of types) {
  source.addEventListener(type, ({ data, lastEventId }) => {
    console.log(JSON.stringify({ type, data, lastEventId }));
  });
}
process.on('disconnect', () => process.exit());
