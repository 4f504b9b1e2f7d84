import { parseArgs } from 'node:util';
import { buildPage } from '../page.ts';
import { startPlayground } from './playground.ts';

const PORT = 4310;

const HELP = `npm start -- [flags]: a page with a stream to break

  --port=N  of the page; 0: any that is free (${PORT}, or the next one that is)
  --help    prints this`;

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function readPort(): number | undefined {
  try {
    const { port, help } = parseArgs({
      options: { port: { type: 'string' }, help: { type: 'boolean', default: false } },
    }).values;
    if (help) {
      console.log(HELP);
      process.exit(0);
    }
    if (port === undefined) return undefined;
    if (/^\d{1,5}$/.test(port) && Number(port) < 65_536) return Number(port);
    return fail(`--port: expected a whole number from 0 to 65535, got ${JSON.stringify(port)}`);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const port = readPort();
try {
  const folder = await buildPage();
  const playground = await startPlayground({ folder, port: port ?? PORT, orNext: port === undefined });
  console.log(`PushStream playground: ${playground.url} (Ctrl+C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void playground.close().then(() => process.exit(0)));
  }
} catch (error) {
  fail(`The playground could not start: ${error instanceof Error ? error.message : String(error)}`);
}
