import { expect, test } from 'vitest';
import { gather } from './crowd.ts';

test('clients whose process has ended are a failure, whenever it ended', async () => {
  const crowd = await gather('http://127.0.0.1:1', 0);
  await crowd[Symbol.asyncDispose]();
  await expect(crowd.come()).rejects.toThrow('Expected clients, got the end of their process');
});
