import { expect, test } from 'vitest';
import { payloads } from './payloads.ts';
import { bench, press, rows, text, visible } from './support.ts';

/** What an inspector is made of. */
const own = new Set('button dd div dl dt header input p pre section span strong'.split(' '));

const line = (value: string): string => value.replaceAll(/[\r\n]+/g, ' ');

test.each(payloads)('%j as type, id, data and comment is shown as text', async (payload) => {
  const { client, element, open, shown } = await bench();
  client.on(payload, () => {});
  (await open()).write(
    `: ${line(payload)}\n\nevent: ${line(payload)}\nid: ${line(payload)}\ndata: ${line(payload)}\n\n`,
  );
  await shown();
  expect(rows(element)[0]).toEqual([line(payload), line(payload), expect.any(String), line(payload)]);
  visible(element)[0]?.click();
  await shown();
  expect(text(element, 'pre')).toBe(line(payload));
  for (const view of ['frames', 'timeline', 'listeners']) {
    press(element, view);
    await shown();
  }
  const elements = [...(element.shadowRoot?.querySelectorAll('*') ?? [])];
  expect(elements.map(({ localName }) => localName).filter((name) => !own.has(name))).toEqual([]);
  const attributes = elements.flatMap((one) => one.getAttributeNames());
  expect(attributes.filter((name) => /^(on|style|src|href)/.test(name))).toEqual([]);
});
