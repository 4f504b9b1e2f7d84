import type { Entry } from './entry.ts';

/** Whether an entry is to be shown. */
export type Filter = (entry: Entry) => boolean;

/** A pattern of types, as `client.on` takes them: `*` alone is all, else one segment. */
function ofPattern(pattern: string): Filter {
  const want = pattern.split('.');
  return ({ type }) => {
    if (pattern === '*') return true;
    const have = type.split('.');
    return want.length === have.length && want.every((segment, at) => segment === '*' || segment === have[at]);
  };
}

/** Text anywhere, in any case. */
function ofText(text: string): Filter {
  const wanted = text.toLowerCase();
  return ({ name, id, text: data, mark }) => [name, id, mark, data].some((part) => part.toLowerCase().includes(wanted));
}

/** What is typed into the field: with a `*` it is a pattern of types, else text to look for. */
export function createFilter(typed: string): Filter {
  const wanted = typed.trim();
  if (wanted === '') return () => true;
  return wanted.includes('*') ? ofPattern(wanted) : ofText(wanted);
}
