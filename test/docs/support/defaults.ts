/** A default as the code has it: numbers without separators, words in quotes, prose after a comma left out. */
export const plain = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .split(', ')[0]
    ?.replaceAll('`', '')
    .replaceAll("'", '"')
    .replaceAll(/(?<=\d)_/g, '') ?? '';
