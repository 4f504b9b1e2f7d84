import { expect, test } from 'vitest';
import { faces, publicFace } from './support/public-face.ts';

const entries = faces.flatMap((path) => publicFace(path).map((entry) => ({ ...entry, path })));

test('the public face is found', () => {
  expect(entries.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'EventClient',
      'EventClient.on',
      'EventClient.[Symbol.dispose]',
      'Lifecycle.on',
      'Parser.push',
      'nodeTransport',
      'EventSourceTransportOptions.EventSource',
      'TestServer.next',
    ]),
  );
});

test.each(faces)('every export of %s and every public member of it says what it is', (face) => {
  const silent = entries.filter(({ path, text }) => path === face && text.trim() === '');
  expect(silent.map(({ name }) => name)).toEqual([]);
});

test('a docstring is a sentence: it begins with a capital, a number or code, and ends with a full stop', () => {
  const odd = entries.filter(({ text }) => text !== '' && !/^(["`A-Z0-9'(~]|\p{Lu})[^]*[.:)"]$/u.test(text.trim()));
  expect(odd.map(({ name, text }) => `${name}: ${text}`)).toEqual([]);
});
