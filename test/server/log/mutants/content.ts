import type { NewEntry } from '../../../../packages/server/src/log/log.ts';
import { type Mutant, entries, mutant, published } from './mutant.ts';

/** Data, types, addressees and tags that come back otherwise than they went. */
const spoilt: readonly Mutant[] = (
  [
    ['nothing at all', (data: string) => data || 'null'],
    [
      'JSON',
      (data: string) => (data.startsWith('{') ? JSON.stringify({ ...(JSON.parse(data) as object), b: 1 }) : data),
    ],
    ['CR, LF and CRLF', (data: string) => data.replace(/\r\n|\r/g, '\n')],
    ['U+2028, U+2029 and U+0085', (data: string) => data.split(/[\u2028\u2029\u0085]/).join('\n')],
    ['letters of many alphabets, and emoji', (data: string) => data.normalize('NFC')],
    ['NUL and other controls', (data: string) => data.replaceAll('\u0000', '')],
    ['blanks and a byte order mark at both ends', (data: string) => data.trim()],
    ['what looks like a stream', (data: string) => data.replace(/^:$/gm, '')],
    ['what looks like a number, null or a list', (data: string) => (data === '-0' ? String(Number(data)) : data)],
    ['half a megabyte', (data: string) => data.slice(0, 65_536)],
  ] as const
).map(([what, spoil]) =>
  mutant(`spoils data: ${what}`, `data is stored as it is: ${what}`, (log) =>
    published(log, (entry) => ({ ...entry, data: spoil(entry.data) })),
  ),
);

export const content: readonly Mutant[] = [
  ...spoilt,
  mutant('folds types', 'types are stored as they are', (log) =>
    published(log, (entry) => ({ ...entry, type: entry.type.replace('__proto__', 'message') })),
  ),
  mutant('folds channels', 'channels are stored as they are', (log) =>
    published(log, (entry) => ({ ...entry, channel: entry.channel.replaceAll(':', '.') })),
  ),
  mutant('forgets the addressee', 'an addressee is stored, and everybody is nobody in particular', (log) =>
    published(log, (entry) => ({ ...entry, to: undefined })),
  ),
  mutant('addresses everybody by null', 'an addressee is stored, and everybody is nobody in particular', (log) =>
    entries(log, (entry) => ({ ...entry, to: entry.to ?? (null as never) })),
  ),
  mutant('puts tags into a plain object', 'tags are stored as they are', (log) =>
    published(log, ({ tags, ...entry }) => {
      const plain: Record<string, string> = {};
      for (const [name, value] of Object.entries(tags ?? {})) plain[name] = value;
      return { ...entry, tags: tags && plain };
    }),
  ),
  mutant('tells the time in seconds', 'the time of an entry is in milliseconds since the epoch', (log) =>
    entries(log, (entry) => ({ ...entry, time: entry.time / 1_000 })),
  ),
  mutant('tells the time of reading', 'an entry looks the same in every page', (log) => {
    let time = 1.7e12;
    return entries(log, (entry) => ({ ...entry, time: (time += 1) }));
  }),
  mutant('keeps what the publisher holds', 'what is stored is not what the publisher still holds', (log) => {
    const held: NewEntry[] = [];
    return {
      publish(entry) {
        held.push(entry);
        return log.publish(entry);
      },
      ...entries(log, (entry) => ({ ...entry, tags: held[entry.seq - 1]?.tags })),
    };
  }),
];
