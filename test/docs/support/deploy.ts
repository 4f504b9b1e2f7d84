import { type Flags, parseFlags } from '../../../packages/server/src/cli/flags.ts';
import { read } from './markdown.ts';

const API_KEY = 'a-key-for-the-tests-of-the-manifests';
export const REDIS_URL = 'redis://:password@redis:6379';

/** A time that its room keeps to itself. */
const constant = (room: string, name: string): number =>
  Number(new RegExp(`const ${name} = ([\\d_]+);`).exec(read(`packages/server/src/${room}`))?.[1]?.replaceAll('_', ''));

/** What comes behind a drain: streams that do not go, sources, the last events. */
export const CLOSING_MS: number =
  constant('session.ts', 'ENDING_MS') + constant('source.ts', 'STOP_MS') + constant('create.ts', 'DELIVERY_MS');

/** Options of the command, as the image and a manifest together give them. */
export function flagsOf(args: readonly string[], secrets = { apiKeys: API_KEY, redis: REDIS_URL }): Flags {
  const [, entry = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(read('docs/deploy/Dockerfile')) ?? [];
  const [, , ...fixed] = JSON.parse(entry) as readonly string[];
  const command = parseFlags([...fixed, ...args], secrets);
  if (command.kind !== 'serve') throw new Error(`Expected flags, got ${JSON.stringify(command)}`);
  return command.flags;
}
