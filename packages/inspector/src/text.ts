/**
 * The beginning of a text, by itself: a part of a string keeps the whole of it in memory, and here
 * that is a chunk of the stream or an event of megabytes.
 */
export function cut(text: string, length: number): string {
  return ` ${text.slice(0, length)}`.slice(1);
}

/** Where a stream comes from, without what may be secret. */
export function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/?#\s]*@/g, '//').replace(/(\/\/[^\s?#"']*)[?#][^\s"']*/g, '$1?…');
}

/** On one line, for a row. */
export function preview(text: string): string {
  return text.slice(0, 300).replaceAll('\n', '⏎');
}

/** So many of something. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** A length of time as people read it. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1_000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

let clock: Intl.DateTimeFormat | undefined;

/** The time of day, to the millisecond. */
export function timeOfDay(at: number): string {
  clock ??= new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });
  return clock.format(at);
}
