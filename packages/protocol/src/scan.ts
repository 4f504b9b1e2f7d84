// Looking into text without copying it. Letter by letter: `startsWith` and `slice` cost several times as
// much, and this is asked of every line.

export const LF = 10;
const SPACE = 32;
export const COLON = 58;
export const LETTER_D = 100;
export const LETTER_E = 101;
export const LETTER_I = 105;

/** `data:`, where the first letter is known to be a d. */
export function isData(text: string, at: number): boolean {
  return (
    text.charCodeAt(at + 4) === COLON &&
    text.charCodeAt(at + 1) === 97 &&
    text.charCodeAt(at + 2) === 116 &&
    text.charCodeAt(at + 3) === 97
  );
}

/** `event:`, where the first letter is known to be an e. */
export function isEvent(text: string, at: number): boolean {
  return (
    text.charCodeAt(at + 5) === COLON &&
    text.charCodeAt(at + 1) === 118 &&
    text.charCodeAt(at + 2) === 101 &&
    text.charCodeAt(at + 3) === 110 &&
    text.charCodeAt(at + 4) === 116
  );
}

/** `id:`, where the first letter is known to be an i. */
export function isId(text: string, at: number): boolean {
  return text.charCodeAt(at + 2) === COLON && text.charCodeAt(at + 1) === LETTER_D;
}

/** Where a value begins behind its colon: one space is not part of it. */
export function valueAt(text: string, afterColon: number): number {
  return text.charCodeAt(afterColon) === SPACE ? afterColon + 1 : afterColon;
}

/** `indexOf`, with the length for "none". */
export function indexOf(text: string, wanted: string, from: number): number {
  const at = text.indexOf(wanted, from);
  return at === -1 ? text.length : at;
}
