import { make } from '../dom.ts';

/** In the order in which they are looked for: what stands in a string is no keyword. */
const KINDS: ReadonlyMap<string, RegExp> = new Map([
  ['string', /'[^'\n]*'|"[^"\n]*"/],
  ['tag', /<\/?[a-z][\w-]*|[{][#/][a-z]+/],
  ['keyword', /\b(?:const|export|for|function|of|return|as)\b/],
]);
const ANY = new RegExp([...KINDS].map(([name, { source }]) => `(?<${name}>${source})`).join('|'), 'gm');

/** A text with some of its words in colours. */
export function paint(text: string): ReadonlyArray<Node | string> {
  const nodes: Array<Node | string> = [];
  let at = 0;
  for (const { 0: word, index, groups = {} } of text.matchAll(ANY)) {
    const [kind = ''] = Object.entries(groups).find(([, found]) => found !== undefined) ?? [];
    nodes.push(text.slice(at, index), make('span', word, kind));
    at = index + word.length;
  }
  return [...nodes, text.slice(at)];
}
