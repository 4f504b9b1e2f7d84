import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from './flags.ts';

/** What of a terminal is needed here. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const COLOURS: Readonly<Record<string, number>> = { fatal: 31, error: 31, warn: 33, info: 32, debug: 36, trace: 90 };

/** What a terminal would obey is shown instead. */
export function printable(text: string): string {
  return text.replace(
    /[^\P{C}\u200d]|[\u2028\u2029]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

const show = (value: unknown): string =>
  typeof value === 'string' && /^[\w./:@~*-]+$/.test(value) ? value : JSON.stringify(value);

/** A line of JSON as a person reads it: time, level, text, parts. */
export function humanLine(line: string, hasColours: boolean): string {
  // Written by pino a moment ago.
  const { time, level, msg, ...parts } = JSON.parse(line) as Record<string, unknown>;
  const paint = (text: string, colour: number): string => (hasColours ? `\u001b[${colour}m${text}\u001b[0m` : text);
  const clock = String(time).slice(11, 19);
  const name = String(level);
  const rest = Object.entries(parts).map(([key, value]) => printable(`${key}=${show(value)}`));
  const tail = rest.length > 0 ? `  ${paint(rest.join(' '), 90)}` : '';
  return `${paint(clock, 90)} ${paint(name.padEnd(5), COLOURS[name] ?? 0)} ${printable(String(msg))}${tail}\n`;
}

/** Structured logs: JSON lines, or short ones in a terminal. Control characters are escaped either way. */
export function createLogger(level: LogLevel, output: Output, hasColours: boolean): Logger {
  const destination: DestinationStream = {
    write: (line) => void output.write(output.isTTY ? humanLine(line, hasColours) : line),
  };
  const formatters = { level: (label: string) => ({ level: label }) };
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime, formatters }, destination);
}

/** A word of Node's for what went wrong, as `ECONNREFUSED`; what it is said with may have anything in it. */
const CODE = /^[A-Z][A-Z\d_]+$/;

/** The innermost such word of an error's causes. */
function reasonOf({ cause }: Error): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const code = 'code' in cause ? String(cause.code) : '';
  return reasonOf(cause) ?? (CODE.test(code) ? code : undefined);
}

/** An error as a log may have it: URLs without the passwords that stand in some, no stack, of its cause a word. */
export function errorParts(error: unknown): object {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const message = error.message.replaceAll(/\/\/[^/\s@]*@/g, '//').slice(0, 500);
  const because = reasonOf(error);
  return { error: error.name, ...code, message, ...(because === undefined ? {} : { because }) };
}
