import { describe, test } from 'vitest';
import { contract } from './contract.ts';
import { driver, strictDriver } from './drivers/react.tsx';

describe.each([driver, strictDriver])('$name', (react) => {
  test.each(contract)('$name', ({ run }) => run(react));
});
