import type { Flags } from './flags.ts';

/** What is printed at the start, besides logs. */
export interface BannerParts {
  readonly version: string;
  readonly url: string;
  readonly flags: Pick<Flags, 'open' | 'host' | 'hasKeyInArguments'>;
  /** The key that was made for this run: shown here, and nowhere else. */
  readonly madeKey: string | undefined;
}

const row = (title: string, text: string): string => `  ${title.padEnd(9)}${text}\n`;

/** Where it is, and lines that work when they are copied. */
export function banner({ version, url, flags, madeKey }: BannerParts): string {
  const header = flags.open ? '' : ` -H "Authorization: Bearer $PUSHSTREAM_API_KEY"`;
  const body = `{"type":"hello","data":{"text":"Hello"}}`;
  return [
    `\n  pushstream-server ${version}\n\n`,
    row(
      'Address',
      `${url}${flags.host === '0.0.0.0' || flags.host === '::' ? ' and every other of this machine' : ''}`,
    ),
    row('Read', `curl -N ${url}/events`),
    madeKey === undefined ? '' : row('Key', `export PUSHSTREAM_API_KEY=${madeKey}`),
    madeKey === undefined ? '' : row('', 'Made for this run and shown once. In the environment it stays the same.'),
    flags.hasKeyInArguments ? row('Key', 'export PUSHSTREAM_API_KEY=   with yours of --api-key') : '',
    row('Publish', `curl ${url}/publish/demo${header} -H 'Content-Type: application/json' -d '${body}'`),
    '\n',
  ].join('');
}
