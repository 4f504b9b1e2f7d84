/**
 * Our own table of the event stream format: what a stream says, and the frames that it must give.
 * Written from the standard's text; `parse.test.ts` runs it on the parser and on the reference.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
import type { Frame } from '../../packages/protocol/src/index.ts';

/** The sentence that the row proves, the decoded stream, and every frame of it. */
export type StandardCase = readonly [name: string, input: string, expected: readonly Frame[]];

interface EventParts {
  readonly type?: string;
  readonly id?: string;
}

/** The frame of a dispatched event. */
export function event(data: string, parts: EventParts = {}): Frame {
  return { kind: 'event', type: parts.type ?? 'message', data, id: parts.id };
}

/** The frame of a block with an id and no data. */
export function idOnly(id: string): Frame {
  return { kind: 'id', id };
}

/** The frame of a `retry` field. */
export function retry(retryMs: number): Frame {
  return { kind: 'retry', retryMs };
}

/** The frame of a comment. */
export function comment(text: string): Frame {
  return { kind: 'comment', text };
}

/** One name for U+FEFF, which no editor shows. */
const BOM = '\uFEFF';

const lineEnds: readonly StandardCase[] = [
  ['a line may end with LF', 'data: a\n\n', [event('a')]],
  ['a line may end with CRLF', 'data: a\r\n\r\n', [event('a')]],
  ['a line may end with a lone CR', 'data: a\r\r', [event('a')]],
  ['a lone CR CR dispatches with no further byte', 'data: a\r\rdata: b', [event('a')]],
  ['LF then CRLF is two line ends', 'data: a\n\r\n', [event('a')]],
  ['LF then CR is two line ends', 'data: a\n\r', [event('a')]],
  ['CR then CRLF is two line ends', 'data: a\r\r\n', [event('a')]],
  ['CRLF then LF is two line ends', 'data: a\r\n\n', [event('a')]],
  ['CRLF then CR is two line ends', 'data: a\r\n\r', [event('a')]],
  ['CR LF is one line end, never two', 'data: a\r\ndata: b\r\n\r\n', [event('a\nb')]],
  ['the LF after a dispatching CR ends no further line', 'data: a\r\r\ndata: b\r\r\n', [event('a'), event('b')]],
  ['CR LF CR LF CR LF after an event dispatches it once', 'data: a\r\n\r\n\r\n', [event('a')]],
  ['LF CR is two line ends', 'data: a\n\rdata: b\n\r', [event('a'), event('b')]],
  ['LF CR LF is two line ends', 'data: a\n\r\ndata: b\n\n', [event('a'), event('b')]],
  ['CR CR LF LF is three line ends', 'data: a\r\r\n\ndata: b\n\n', [event('a'), event('b')]],
  ['every line of one block may end differently', 'data: a\rdata: b\ndata: c\r\n\r', [event('a\nb\nc')]],
  ['a stream of CR alone is read like one of LF', 'id: 1\revent: e\rdata: x\r\r', [event('x', { type: 'e', id: '1' })]],
  [
    'a CR stream may be followed by an LF stream',
    'data: a\r\rdata: b\n\ndata: c\r\n\r\n',
    [event('a'), event('b'), event('c')],
  ],
  ['blank lines before the first event mean nothing', '\n\n\r\r\r\n\r\ndata: a\n\n', [event('a')]],
  ['blank lines between events mean nothing', 'data: a\n\n\n\n\ndata: b\n\n', [event('a'), event('b')]],
  ['a stream of blank lines gives nothing', '\n\r\r\n\n\r', []],
  ['an empty stream gives nothing', '', []],
  ['an LF at the very start is a blank line', '\ndata: a\n\n', [event('a')]],
  ['a CRLF at the very start is a blank line', '\r\ndata: a\n\n', [event('a')]],
  ['a CR inside what looks like a value ends the line', 'data: a\rb: c\n\n', [event('a')]],
  ['a CR in the middle of data starts a new field', 'data: a\rid: 9\n\n', [event('a', { id: '9' })]],
  ['NEL (U+0085) does not end a line', 'data: a\u0085data: b\n\n', [event('a\u0085data: b')]],
  ['LINE SEPARATOR (U+2028) does not end a line', 'data: a\u2028data: b\n\n', [event('a\u2028data: b')]],
  ['PARAGRAPH SEPARATOR (U+2029) does not end a line', 'data: a\u2029\u2029b\n\n', [event('a\u2029\u2029b')]],
  ['a vertical tab (U+000B) does not end a line', 'data: a\u000Bb\n\n', [event('a\u000Bb')]],
  ['a form feed (U+000C) does not end a line', 'data: a\u000Cb\n\n', [event('a\u000Cb')]],
  [
    'file, group and record separators do not end a line',
    'data: a\u001C\u001D\u001Eb\n\n',
    [event('a\u001C\u001D\u001Eb')],
  ],
  ['the visible backslash and n do not end a line', 'data: a\\n\\r\n\n', [event('a\\n\\r')]],
  [
    'U+010A and U+010D, whose low bytes are LF and CR, do not end a line',
    'data: a\u010Ab\u010D\n\n',
    [event('a\u010Ab\u010D')],
  ],
];

const byteOrderMark: readonly StandardCase[] = [
  ['one leading BOM is removed', `${BOM}data: a\n\n`, [event('a')]],
  [
    'only one leading BOM is removed: a second spoils the field name',
    `${BOM}${BOM}data: a\n\ndata: b\n\n`,
    [event('b')],
  ],
  ['a BOM before a later line spoils its field name', `data: a\n${BOM}data: b\n\n`, [event('a')]],
  ['a BOM before a later block spoils its first field', `data: a\n\n${BOM}data: b\n\n`, [event('a')]],
  ['a BOM alone is an empty stream', BOM, []],
  ['a BOM before a blank line is removed', `${BOM}\ndata: a\n\n`, [event('a')]],
  ['a BOM before CRLF is removed', `${BOM}\r\ndata: a\r\n\r\n`, [event('a')]],
  ['a BOM before a comment is removed', `${BOM}: hi\n`, [comment('hi')]],
  ['a second BOM before a colon makes an unknown field, not a comment', `${BOM}${BOM}: hi\n\n`, []],
  ['a BOM inside a value is data', `data: ${BOM}a${BOM}\n\n`, [event(`${BOM}a${BOM}`)]],
  ['a BOM right after the colon is data, and so is the space behind it', `data:${BOM} a\n\n`, [event(`${BOM} a`)]],
  ['a BOM after a first blank line is no longer leading', `\n${BOM}data: a\n\n`, []],
  ['a BOM at the end of a field name makes another name', `data${BOM}: a\n\n`, []],
  ['a BOM in an id is part of the id', `id: ${BOM}1\n\n`, [idOnly(`${BOM}1`)]],
  ['U+FFFE is not a BOM', '\uFFFEdata: a\n\n', []],
];

const fields: readonly StandardCase[] = [
  ['one space after the colon is removed', 'data: a\n\n', [event('a')]],
  ['no space is needed after the colon', 'data:a\n\n', [event('a')]],
  ['only one space is removed', 'data:   a\n\n', [event('  a')]],
  ['trailing spaces stay', 'data: a  \n\n', [event('a  ')]],
  ['a tab after the colon stays', 'data:\ta\n\n', [event('\ta')]],
  ['a tab after the space stays', 'data: \ta\n\n', [event('\ta')]],
  ['a no-break space after the colon stays', 'data:\u00A0a\n\n', [event('\u00A0a')]],
  ['an ideographic space after the colon stays', 'data:\u3000a\n\n', [event('\u3000a')]],
  ['the value begins after the first colon: later ones belong to it', 'data: a: b:c\n\n', [event('a: b:c')]],
  ['a value may begin with a colon', 'data::a\n\n', [event(':a')]],
  ['a value may begin with a space and a colon', 'data: :a\n\n', [event(':a')]],
  ['a value may look like another field', 'data: id: 1\n\n', [event('id: 1')]],
  ['field names are case-sensitive', 'Data: a\nDATA: b\ndatA: c\n\n', []],
  ['Event, ID and Retry in capitals are unknown', 'Event: e\nID: 1\nId: 2\nRetry: 5\ndata: a\n\n', [event('a')]],
  ['a space before the name makes another name', ' data: a\n\n', []],
  ['a space between the name and the colon makes another name', 'data : a\n\n', []],
  ['a tab before the name makes another name', '\tdata: a\n\n', []],
  ['a tab between the name and the colon makes another name', 'data\t: a\n\n', []],
  ['a NUL in the name makes another name', 'da\u0000ta: a\n\ndata\u0000: b\n\n', []],
  ['a name is compared whole: a longer one is unknown', 'dataX: a\ndata2: b\n\n', []],
  ['a name is compared whole: a shorter one is unknown', 'dat: a\nd: b\neven: c\ni: 1\nretr: 5\n\n', []],
  [
    'names that begin like ours are unknown',
    'datas: a\nevents: e\nids: 1\nidentity: 2\nretry2: 5\ndata: b\n\n',
    [event('b')],
  ],
  ['an unknown field is ignored', 'foo: bar\ndata: a\n\n', [event('a')]],
  ['an unknown field between data lines does not part them', 'data: a\nfoo: bar\ndata: b\n\n', [event('a\nb')]],
  ['an unknown field without a colon is ignored', 'justtext\ndata: a\n\n', [event('a')]],
  ['a block of unknown fields dispatches nothing', 'foo: 1\nbar\n\ndata: a\n\n', [event('a')]],
  [
    'a field named like a member of Object is unknown',
    '__proto__: 1\nconstructor: 2\ntoString\nhasOwnProperty: 3\ndata: a\n\n',
    [event('a')],
  ],
  ['full-width letters are other names', '\uFF44\uFF41\uFF54\uFF41: a\n\n', []],
  ['a Cyrillic а in data makes another name', 'dat\u0430: a\n\n', []],
  ['a full-width colon is no colon', 'data\uFF1A a\n\n', []],
  ['a JSON line without a field name is an unknown field', '{"data": 1}\n\ndata: a\n\n', [event('a')]],
  ['an HTML page gives nothing', '<!doctype html>\n<html lang="en">\n<p>data: a</p>\n\n</html>\n', []],
  [
    'the last line of a field that may stand once wins',
    'event: a\nevent: b\nid: 1\nid: 2\ndata: x\n\n',
    [event('x', { type: 'b', id: '2' })],
  ],
  ['the order of the fields does not matter', 'data: x\nid: 1\nevent: e\n\n', [event('x', { type: 'e', id: '1' })]],
];

const data: readonly StandardCase[] = [
  ['data lines are joined with LF', 'data: a\ndata: b\ndata: c\n\n', [event('a\nb\nc')]],
  ['data lines that end with CRLF are joined with LF alone', 'data: a\r\ndata: b\r\n\r\n', [event('a\nb')]],
  ['data: alone dispatches the empty string', 'data:\n\n', [event('')]],
  ['data with one space dispatches the empty string', 'data: \n\n', [event('')]],
  ['data with two spaces dispatches one space', 'data:  \n\n', [event(' ')]],
  ['data without a colon dispatches the empty string', 'data\n\n', [event('')]],
  ['two data lines without a colon give one LF', 'data\ndata\n\n', [event('\n')]],
  ['three empty data lines give two LFs', 'data:\ndata:\ndata:\n\n', [event('\n\n')]],
  ['an empty first data line counts', 'data:\ndata: a\n\n', [event('\na')]],
  ['an empty last data line counts', 'data: a\ndata:\n\n', [event('a\n')]],
  ['an empty data line in the middle counts', 'data: a\ndata\ndata: b\n\n', [event('a\n\nb')]],
  ['a data line without a colon after one with a value counts', 'data: a\ndata\n\n', [event('a\n')]],
  [
    'the two events of the standard: an empty string, then one LF',
    'data\n\ndata\ndata\n\ndata:',
    [event(''), event('\n')],
  ],
  ['data of one event does not leak into the next', 'data: a\ndata: b\n\ndata: c\n\n', [event('a\nb'), event('c')]],
  ['data may be any text: quotes, braces, backslashes', 'data: {"a":"\\"\\n"}\n\n', [event('{"a":"\\"\\n"}')]],
  ['data may hold a NUL', 'data: a\u0000b\n\n', [event('a\u0000b')]],
  ['data may hold control characters', 'data: \u0001\u0002\u007F\u001B[0m\n\n', [event('\u0001\u0002\u007F\u001B[0m')]],
  ['data may be the word of a field', 'data: data\ndata: event\ndata: id\n\n', [event('data\nevent\nid')]],
  ['data that is only a colon', 'data: :\n\n', [event(':')]],
  [
    'a thousand characters of data arrive whole',
    `data: ${'0123456789'.repeat(100)}\n\n`,
    [event('0123456789'.repeat(100))],
  ],
  [
    'a hundred data lines arrive in order',
    `${Array.from({ length: 100 }, (_, line) => `data: ${line}\n`).join('')}\n`,
    [event(Array.from({ length: 100 }, (_, line) => String(line)).join('\n'))],
  ],
  [
    'ten events in a row are ten events',
    Array.from({ length: 10 }, (_, at) => `data: ${at}\n\n`).join(''),
    Array.from({ length: 10 }, (_, at) => event(String(at))),
  ],
  [
    'the stock quote of the standard: three lines, one event',
    'data: YHOO\ndata: +2\ndata: 10\n\n',
    [event('YHOO\n+2\n10')],
  ],
];

const types: readonly StandardCase[] = [
  ['an event without an event field has the type message', 'data: a\n\n', [event('a', { type: 'message' })]],
  ['the event field names the type', 'event: add\ndata: 1\n\n', [event('1', { type: 'add' })]],
  ['the event field may come after the data', 'data: 1\nevent: add\n\n', [event('1', { type: 'add' })]],
  ['an empty event field means message', 'event:\ndata: a\n\n', [event('a')]],
  ['an event field of one space means message', 'event: \ndata: a\n\n', [event('a')]],
  ['an event field without a colon means message', 'event\ndata: a\n\n', [event('a')]],
  ['an empty event field takes an earlier one back', 'event: add\nevent:\ndata: a\n\n', [event('a')]],
  ['an event field without a colon takes an earlier one back', 'event: add\nevent\ndata: a\n\n', [event('a')]],
  ['the last event field wins', 'event: a\nevent: b\ndata: x\n\n', [event('x', { type: 'b' })]],
  ['the type lasts for one block', 'event: add\ndata: 1\n\ndata: 2\n\n', [event('1', { type: 'add' }), event('2')]],
  [
    'a type without data dispatches nothing and does not reach the next block',
    'event: add\n\ndata: 2\n\n',
    [event('2')],
  ],
  ['a type keeps its inner and trailing spaces', 'event:  a b \ndata: x\n\n', [event('x', { type: ' a b ' })]],
  ['a type may hold colons', 'event: a:b\ndata: x\n\n', [event('x', { type: 'a:b' })]],
  ['a type may hold dots', 'event: task.progress\ndata: x\n\n', [event('x', { type: 'task.progress' })]],
  [
    'a type may be any Unicode',
    'event: \u4E8B\u4EF6\uD83D\uDE00\ndata: x\n\n',
    [event('x', { type: '\u4E8B\u4EF6\uD83D\uDE00' })],
  ],
  ['a type may hold a NUL', 'event: a\u0000b\ndata: x\n\n', [event('x', { type: 'a\u0000b' })]],
  ['an event may be called message', 'event: message\ndata: x\n\n', [event('x', { type: 'message' })]],
  ['Message with a capital is another type', 'event: Message\ndata: x\n\n', [event('x', { type: 'Message' })]],
  ['an event may be called open', 'event: open\ndata: x\n\n', [event('x', { type: 'open' })]],
  ['an event may be called error', 'event: error\ndata: x\n\n', [event('x', { type: 'error' })]],
  ['an event may be called close', 'event: close\ndata: x\n\n', [event('x', { type: 'close' })]],
  ['an event may be called retry', 'event: retry\ndata: 5\n\n', [event('5', { type: 'retry' })]],
  ['an event may be called __proto__', 'event: __proto__\ndata: x\n\n', [event('x', { type: '__proto__' })]],
  ['an event may be called constructor', 'event: constructor\ndata: x\n\n', [event('x', { type: 'constructor' })]],
  ['an event may be called toString', 'event: toString\ndata: x\n\n', [event('x', { type: 'toString' })]],
  [
    'an event may be called hasOwnProperty',
    'event: hasOwnProperty\ndata: x\n\n',
    [event('x', { type: 'hasOwnProperty' })],
  ],
  ['an event may be called undefined', 'event: undefined\ndata: x\n\n', [event('x', { type: 'undefined' })]],
  ['an event may be called *', 'event: *\ndata: x\n\n', [event('x', { type: '*' })]],
];

const ids: readonly StandardCase[] = [
  ['an id belongs to the event of its block', 'id: 1\ndata: a\n\n', [event('a', { id: '1' })]],
  ['an id may come after the data', 'data: a\nid: 1\n\n', [event('a', { id: '1' })]],
  [
    'an event without an id field has no id of its own',
    'id: 1\ndata: a\n\ndata: b\n\n',
    [event('a', { id: '1' }), event('b')],
  ],
  ['an id without data moves the cursor and dispatches nothing', 'id: 1\n\n', [idOnly('1')]],
  ['an id-only block does not lend its id to the next event', 'id: 1\n\ndata: a\n\n', [idOnly('1'), event('a')]],
  ['an id with a type and no data is an id-only block', 'event: e\nid: 1\n\n', [idOnly('1')]],
  ['an empty id resets', 'id:\ndata: a\n\n', [event('a', { id: '' })]],
  ['an id of one space resets', 'id: \ndata: a\n\n', [event('a', { id: '' })]],
  ['an id without a colon resets', 'id\ndata: a\n\n', [event('a', { id: '' })]],
  ['an empty id without data resets too', 'id: 1\n\nid\n\n', [idOnly('1'), idOnly('')]],
  ['the last id of a block wins', 'id: 1\nid: 2\ndata: a\n\n', [event('a', { id: '2' })]],
  ['an empty id takes an earlier one of the block back', 'id: 1\nid\ndata: a\n\n', [event('a', { id: '' })]],
  ['an id with a NUL is ignored', 'id: a\u0000b\ndata: x\n\n', [event('x')]],
  ['an id that is only a NUL is ignored', 'id: \u0000\ndata: x\n\n', [event('x')]],
  ['an id that begins with a NUL is ignored', 'id:\u00001\ndata: x\n\n', [event('x')]],
  ['an id that ends with a NUL is ignored', 'id: 1\u0000\ndata: x\n\n', [event('x')]],
  [
    'an id with a NUL leaves the earlier id of the block',
    'id: 1\nid: a\u0000b\ndata: x\n\n',
    [event('x', { id: '1' })],
  ],
  ['an id after one with a NUL counts', 'id: a\u0000b\nid: 2\ndata: x\n\n', [event('x', { id: '2' })]],
  ['a block with nothing but a NUL id gives nothing', 'id: \u0000\n\ndata: x\n\n', [event('x')]],
  ['an id keeps its inner and trailing spaces', 'id:  1 2 \n\n', [idOnly(' 1 2 ')]],
  ['an id keeps its tabs', 'id:\t1\t\n\n', [idOnly('\t1\t')]],
  ['an id may hold colons', 'id: a:b\n\n', [idOnly('a:b')]],
  ['an id is text: 007 stays 007', 'id: 007\ndata: x\n\n', [event('x', { id: '007' })]],
  ['an id may hold any Unicode', 'id: \u2026\u4E16\uD83D\uDE00\n\n', [idOnly('\u2026\u4E16\uD83D\uDE00')]],
  ['an id may hold control characters', 'id: a\u0001b\u007F\n\n', [idOnly('a\u0001b\u007F')]],
  ['an id may be __proto__', 'id: __proto__\ndata: x\n\n', [event('x', { id: '__proto__' })]],
  ['an id of five thousand characters is kept whole', `id: ${'x'.repeat(5000)}\n\n`, [idOnly('x'.repeat(5000))]],
  ['a full stop and an epoch make an id like any other', 'id: k3Jx.42\ndata: x\n\n', [event('x', { id: 'k3Jx.42' })]],
  [
    'the five blocks of the standard: ids set, reset, and the block cut off',
    ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event',
    [comment('test stream'), event('first event', { id: '1' }), event('second event', { id: '' })],
  ],
];

const retries: readonly StandardCase[] = [
  ['retry sets the reconnection time', 'retry: 3000\n\n', [retry(3000)]],
  ['retry counts at the end of its line, with no blank line', 'retry: 3000\n', [retry(3000)]],
  ['retry counts at a lone CR', 'retry: 3000\r', [retry(3000)]],
  ['retry needs no space', 'retry:3000\n', [retry(3000)]],
  ['retry may be zero', 'retry: 0\n', [retry(0)]],
  ['retry is decimal, leading zeros and all', 'retry: 0010\n', [retry(10)]],
  ['retry may be as large as it likes: who waits must clamp it', 'retry: 99999999999\n', [retry(99_999_999_999)]],
  ['each retry counts, in order', 'retry: 1\nretry: 2\n\nretry: 3\n', [retry(1), retry(2), retry(3)]],
  ['retry in a block with data comes before its event', 'retry: 5\ndata: a\n\n', [retry(5), event('a')]],
  ['retry after the data still comes before its event', 'data: a\nretry: 5\n\n', [retry(5), event('a')]],
  ['retry does not part the data', 'data: a\nretry: 5\ndata: b\n\n', [retry(5), event('a\nb')]],
  ['retry of a block that is cut off still counts', 'id: 1\nretry: 5\ndata: a\n', [retry(5)]],
  ['an empty retry is ignored', 'retry:\nretry: \nretry\n\n', []],
  ['a retry with letters is ignored', 'retry: 12abc\nretry: abc\nretry: 1000x\n', []],
  ['a negative retry is ignored', 'retry: -5\n', []],
  ['a retry with a plus sign is ignored', 'retry: +5\n', []],
  ['a retry with a fraction is ignored', 'retry: 1.5\n', []],
  ['a retry in exponent notation is ignored', 'retry: 1e3\n', []],
  ['a hexadecimal retry is ignored', 'retry: 0x10\n', []],
  ['a retry with a second space is ignored', 'retry:  5\n', []],
  ['a retry with a trailing space is ignored', 'retry: 5 \n', []],
  ['a retry with a tab is ignored', 'retry:\t5\nretry: 5\t\n', []],
  ['a retry with a space inside is ignored', 'retry: 1 000\n', []],
  ['a retry with separators is ignored', 'retry: 1,000\nretry: 1_000\n', []],
  ['a retry with a NUL is ignored', 'retry: 5\u0000\n', []],
  ['Arabic-Indic digits are not ASCII digits', 'retry: \u0661\u0662\n', []],
  ['full-width digits are not ASCII digits', 'retry: \uFF11\uFF12\n', []],
  ['superscript digits are not ASCII digits', 'retry: 1\u00B2\n', []],
  ['Infinity and NaN are not digits', 'retry: Infinity\nretry: NaN\n', []],
  ['a bad retry leaves a good one alone', 'retry: 5\nretry: x\n', [retry(5)]],
  ['a retry that is cut off is not a shorter retry', 'retry: 30', []],
];

const comments: readonly StandardCase[] = [
  ['a line that starts with a colon is a comment', ': hello\n', [comment('hello')]],
  ['a comment is known at the end of its line, with no blank line', ':a\n', [comment('a')]],
  ['a comment at a lone CR is known at once', ':a\r', [comment('a')]],
  ['a comment loses one space only', ':  a\n', [comment(' a')]],
  ['a comment needs no space', ':a\n', [comment('a')]],
  ['a colon alone is an empty comment', ':\n', [comment('')]],
  ['a colon and a space is an empty comment', ': \n', [comment('')]],
  ['a comment may look like a field', ': data: a\n\n:data: b\n\n', [comment('data: a'), comment('data: b')]],
  ['a comment may begin with more colons', '::a\n', [comment(':a')]],
  ['a comment keeps its tabs and trailing spaces', ':\ta \n', [comment('\ta ')]],
  ['a comment and a blank line dispatch nothing', ': a\n\n: b\n\n', [comment('a'), comment('b')]],
  ['a comment between data lines does not part them', 'data: a\n: c\ndata: b\n\n', [comment('c'), event('a\nb')]],
  [
    'a comment inside a block comes before its event',
    'id: 1\ndata: a\n: c\n\n',
    [comment('c'), event('a', { id: '1' })],
  ],
  ['a comment after a space is no comment', ' : a\ndata: b\n\n', [event('b')]],
  ['a comment may hold a NUL', ':a\u0000b\n', [comment('a\u0000b')]],
  ['a comment may hold any Unicode', ': \u4E16\uD83D\uDE00\u2028\n', [comment('\u4E16\uD83D\uDE00\u2028')]],
  ['a comment that is cut off is none', ': a\n: b', [comment('a')]],
  [
    'five comments are five frames',
    ':1\n:2\r:3\r\n:4\n\n:5\n',
    [comment('1'), comment('2'), comment('3'), comment('4'), comment('5')],
  ],
];

const unicode: readonly StandardCase[] = [
  ['two-byte characters', 'data: \u00E9\u00DF\u0416\n\n', [event('\u00E9\u00DF\u0416')]],
  ['three-byte characters', 'data: \u4E16\u754C\u20AC\n\n', [event('\u4E16\u754C\u20AC')]],
  ['four-byte characters', 'data: \uD83D\uDE00\uD834\uDD1E\n\n', [event('\uD83D\uDE00\uD834\uDD1E')]],
  [
    'a family joined with zero-width joiners',
    'data: \uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67\n\n',
    [event('\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67')],
  ],
  ['combining marks are not composed', 'data: e\u0301\n\n', [event('e\u0301')]],
  ['composed characters are not decomposed', 'data: \u00E9\n\n', [event('\u00E9')]],
  ['U+FFFD is data', 'data: a\uFFFDb\n\n', [event('a\uFFFDb')]],
  ['noncharacters are data', 'data: \uFFFE\uFFFF\uFDD0\n\n', [event('\uFFFE\uFFFF\uFDD0')]],
  ['the highest code point is data', 'data: \uDBFF\uDFFF\n\n', [event('\uDBFF\uDFFF')]],
  ['a combining mark after the space leaves the space removable', 'data: \u0301a\n\n', [event('\u0301a')]],
  ['right-to-left text is data', 'data: \u05E9\u05DC\u05D5\u05DD\n\n', [event('\u05E9\u05DC\u05D5\u05DD')]],
  [
    'data of mixed scripts over several lines',
    'data: \u4E00\ndata: \uD83D\uDE00\ndata: z\n\n',
    [event('\u4E00\n\uD83D\uDE00\nz')],
  ],
];

const cutOff: readonly StandardCase[] = [
  ['a block without its blank line is discarded', 'data: a\n', []],
  ['a line without its end is discarded', 'data: a', []],
  ['a cut-off block takes its id with it', 'id: 1\n\nid: 2\ndata: a\n', [idOnly('1')]],
  ['a cut-off id-only block moves nothing', 'id: 1\n', []],
  ['a cut-off id line moves nothing', 'data: a\n\nid: 12', [event('a')]],
  ['a cut-off type does nothing', 'data: a\n\nevent: x\n', [event('a')]],
  ['what came before the cut stands', 'data: a\n\ndata: b\n\ndata: c\n', [event('a'), event('b')]],
  ['a cut in the middle of a field name', 'data: a\n\nda', [event('a')]],
  ['a cut right after the colon', 'data: a\n\ndata:', [event('a')]],
  ['a cut after CR: the line had ended, the block had not', 'data: a\r', []],
  ['a cut between the CR and the LF of a blank line comes after the dispatch', 'data: a\r\n\r', [event('a')]],
  ['a cut-off block with several lines is discarded whole', 'event: e\nid: 1\ndata: a\ndata: b\n', []],
];

const wholeStreams: readonly StandardCase[] = [
  [
    'an event with every field',
    ': c\nid: 7\nevent: e\nretry: 9\ndata: x\ndata: y\n\n',
    [comment('c'), retry(9), event('x\ny', { type: 'e', id: '7' })],
  ],
  ['heartbeats between events', 'data: a\n\n:\n\n:\n\ndata: b\n\n', [event('a'), comment(''), comment(''), event('b')]],
  [
    'heartbeats by id between events',
    'id: e.1\ndata: a\n\nid: e.5\n\nid: e.6\ndata: b\n\n',
    [event('a', { id: 'e.1' }), idOnly('e.5'), event('b', { id: 'e.6' })],
  ],
  [
    'token deltas and their end mark',
    'data: {"delta":"Hel"}\n\ndata: {"delta":"lo"}\n\ndata: [DONE]\n\n',
    [event('{"delta":"Hel"}'), event('{"delta":"lo"}'), event('[DONE]')],
  ],
  [
    'a proxy that pads with a comment of two kilobytes',
    `:${' '.repeat(2048)}\n\ndata: a\n\n`,
    [comment(' '.repeat(2047)), event('a')],
  ],
  [
    'a server that writes retry first',
    'retry: 2000\n\nevent: ready\ndata: {}\n\n',
    [retry(2000), event('{}', { type: 'ready' })],
  ],
  ['a server that indents its fields sends nothing', '  event: a\n  data: b\n\n', []],
  [
    'a server that forgets the blank line sends one event',
    'data: a\nid: 1\ndata: b\nid: 2\n\n',
    [event('a\nb', { id: '2' })],
  ],
  [
    'the add and remove events of the standard',
    'event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n',
    [event('73857293', { type: 'add' }), event('2153', { type: 'remove' }), event('113411', { type: 'add' })],
  ],
  [
    'the two equal events of the standard: with and without the space',
    'data:test\n\ndata: test\n\n',
    [event('test'), event('test')],
  ],
];

/** The whole table, by subject. */
export const standardCases: Readonly<Record<string, readonly StandardCase[]>> = {
  'line ends': lineEnds,
  'the byte order mark': byteOrderMark,
  'field names and values': fields,
  data,
  'event types': types,
  ids,
  retry: retries,
  comments,
  unicode,
  'streams that are cut off': cutOff,
  'whole streams': wholeStreams,
};
