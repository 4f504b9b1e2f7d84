import { misuse } from 'pushstream-protocol';

/** Longest word of any kind, in characters; only the name of a tag is shorter. */
export const MAX_WORD_LENGTH = 256;

/** Most tags of one event. */
const MAX_TAGS = 16;

/** As much of what came as a message repeats. */
const MAX_SHOWN = 64;

/**
 * Channels and event types. ASCII alone, so that no two names look alike: there are no composed and
 * decomposed twins, and nothing invisible. What is no name in a path, a pattern or a header is left out.
 */
const NAME = /^[\w:@~-]+(?:\.[\w:@~-]+)*$/;

/** The stream's own: nobody else may publish them. */
const RESERVED = /^pushstream(?:\.|$)/;
export const isReserved = (name: string): boolean => RESERVED.test(name);

/** Words for people and programs: printable ASCII, which cannot forge a line of a log. */
const LABEL = /^[!-~](?:[ -~]*[!-~])?$/;

/** What a client calls itself in a URL. */
const SESSION = /^[\w.:@~-]{1,128}$/;

/** Without a colon: a filter is written `name:value`. */
const TAG_NAME = /^[\w@~-]{1,64}$/;

/** Control characters, ends of lines, and halves of characters, which no encoding carries. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

const isWord = (value: unknown, form: RegExp): value is string =>
  typeof value === 'string' && value.length <= MAX_WORD_LENGTH && form.test(value);

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_WORD_LENGTH && !UNPRINTABLE.test(value);

/** Segments of letters, digits and `_ - : @ ~`, between dots; at most 256 characters; not of `pushstream`. */
export const isName = (value: unknown): value is string => isWord(value, NAME) && !isReserved(value);

/** What events of one kind have in common; an event type has the same form. */
export const isChannel = (value: unknown): value is string => isName(value);
export const isEventType = (value: unknown): value is string => isName(value);

/** 1 to 256 printable ASCII characters, no blank at either end. */
export const isLabel = (value: unknown): value is string => isWord(value, LABEL);

/** Who a client is; the id of a credential has the same form. */
export const isClientId = (value: unknown): value is string => isLabel(value);

/** 1 to 128 letters, digits and `_ - . : @ ~`. */
export const isSession = (value: unknown): value is string => typeof value === 'string' && SESSION.test(value);

/** 1 to 256 characters, none of them a control character. */
export const isKey = (value: unknown): value is string => isText(value) && value !== '';

/** 1 to 64 letters, digits and `_ - @ ~`. */
export const isTagName = (value: unknown): value is string => typeof value === 'string' && TAG_NAME.test(value);

/** At most 256 characters, none of them a control character. Compared as it is, without normalisation. */
export const isTagValue = (value: unknown): value is string => isText(value);

const NAME_EXPECTED =
  'segments of letters, digits and "_-:@~" between dots, at most 256 characters, not beginning with "pushstream"';
export const LABEL_EXPECTED = '1 to 256 printable ASCII characters without a blank at either end';
const KEY_EXPECTED = '1 to 256 characters, none of them a control character';
const TAG_NAME_EXPECTED = '1 to 64 letters, digits and "_-@~"';
const TAG_VALUE_EXPECTED = 'at most 256 characters, none of them a control character';

/** What came, for a message: never long, and no character that a log or a terminal obeys. */
export function quote(value: unknown): string {
  if (typeof value !== 'string') return value === Object(value) ? typeof value : String(value);
  const shown = JSON.stringify(value.slice(0, MAX_SHOWN)).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return value.length > MAX_SHOWN ? `${shown} and ${value.length - MAX_SHOWN} characters more` : shown;
}

/** @throws {TypeError} For what is no channel. */
export function checkChannel(path: string, value: unknown): void {
  if (!isChannel(value)) throw misuse(path, NAME_EXPECTED, quote(value));
}

/** @throws {TypeError} For what is no event type. */
export function checkEventType(path: string, value: unknown): void {
  if (!isEventType(value)) throw misuse(path, NAME_EXPECTED, quote(value));
}

/** @throws {TypeError} For what is no client's id. */
export function checkClientId(path: string, value: unknown): void {
  if (!isClientId(value)) throw misuse(path, LABEL_EXPECTED, quote(value));
}

/** @throws {TypeError} For what is no key. It may be anything, so the message does not repeat it. */
export function checkKey(path: string, value: unknown): void {
  if (!isKey(value)) throw misuse(path, KEY_EXPECTED, kindOf(value));
}

/** @throws {TypeError} For what are no tags. Values may be anything, so the message does not repeat them. */
export function checkTags(path: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw misuse(path, 'an object of strings', kindOf(value));
  }
  const tags = Object.entries<unknown>({ ...value });
  if (tags.length > MAX_TAGS) throw misuse(path, `at most ${MAX_TAGS} tags`, String(tags.length));
  for (const [name, text] of tags) {
    if (!isTagName(name)) throw misuse(`${path}: a name`, TAG_NAME_EXPECTED, quote(name));
    if (!isTagValue(text)) throw misuse(`${path}.${name}`, TAG_VALUE_EXPECTED, kindOf(text));
  }
}

/** What came, where even a part of it may be nobody's business. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  return Array.isArray(value) ? 'an array' : quote(value);
}
