import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SchemaError } from '../../packages/server/src/errors.ts';
import { checkSchemas, proveData, type StandardSchema } from '../../packages/server/src/schemas.ts';

/** What proving ends with, at once or later. */
async function failure(prove: () => Promise<void> | undefined): Promise<unknown> {
  try {
    await prove();
    return undefined;
  } catch (error) {
    return error;
  }
}

function schema(validate: (value: unknown) => unknown): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as StandardSchema['~standard']['validate'] } };
}

const progress = {
  zod: z.object({ taskId: z.string(), percentage: z.coerce.number().min(0) }),
  valibot: v.object({
    taskId: v.string(),
    percentage: v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.minValue(0)),
  }),
};

describe.each(Object.entries(progress))('a schema of %s', (_library, given) => {
  const schemas = checkSchemas({ 'task.progress': given });

  test('refuses data that does not fit, with every issue and the place of the first', async () => {
    const error = await failure(() => proveData(schemas, 'task.progress', { percentage: -1 }));
    if (!(error instanceof SchemaError)) throw new Error('expected a SchemaError');
    expect(error.message).toMatch(/^task\.progress: expected data that fits its schema, got taskId: /);
    expect(error.type).toBe('task.progress');
    expect(error.issues.length).toBe(2);
  });

  test('leaves the data as it was given: the client makes the same of it', () => {
    const data = { taskId: 'a', percentage: '50' };
    expect(proveData(schemas, 'task.progress', data)).toBeUndefined();
    expect(data).toEqual({ taskId: 'a', percentage: '50' });
  });
});

describe('proving', () => {
  test('a type without a schema waits for nothing and is not looked at', () => {
    expect(proveData(new Map(), 'a', 1n)).toBeUndefined();
    expect(proveData(checkSchemas({ a: schema(() => ({ issues: [] })) }), 'b', 1n)).toBeUndefined();
  });

  test.each([
    ['at once', (data: unknown) => (data === 1 ? { value: data } : { issues: [{ message: 'not one' }] })],
    [
      'later',
      async (data: unknown) => {
        await Promise.resolve();
        return data === 1 ? { value: data } : { issues: [{ message: 'not one' }] };
      },
    ],
  ])('a schema that answers %s', async (_when, validate) => {
    const schemas = checkSchemas({ a: schema(validate) });
    expect(await failure(() => proveData(schemas, 'a', 1))).toBeUndefined();
    expect(await failure(() => proveData(schemas, 'a', 2))).toEqual(new SchemaError('a', [{ message: 'not one' }]));
  });

  test.each<[string, (value: unknown) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['gives back nothing', () => undefined],
    ['promises nothing', () => Promise.resolve(undefined)],
    ['gives back true', () => true],
    ['names no issue', () => ({ issues: [] })],
    [
      'gives back something like a promise',
      () =>
        Object.defineProperties(new Map(), {
          // Nothing but this makes it one.
          ['then' as string]: { value: (_: unknown, refuse: (error: Error) => void) => refuse(new Error('broken')) },
        }),
    ],
  ])('a schema that %s proves nothing', async (_what, validate) => {
    const error = await failure(() => proveData(checkSchemas({ a: schema(validate) }), 'a', 1));
    expect(error).toBeInstanceOf(SchemaError);
    expect(String(error)).toMatch(/^SchemaError: a: expected data that fits its schema, got /);
  });

  test('what a schema threw is the cause', async () => {
    const cause = new Error('broken');
    const schemas = checkSchemas({
      a: schema(() => {
        throw cause;
      }),
    });
    expect(await failure(() => proveData(schemas, 'a', 1))).toMatchObject({
      message: 'a: expected data that fits its schema, got a schema that failed',
      cause,
    });
  });

  test('names that every object has are types like others', () => {
    expect(proveData(checkSchemas({}), 'constructor', 1)).toBeUndefined();
    expect(proveData(checkSchemas({}), '__proto__', 1)).toBeUndefined();
  });
});

describe('the door', () => {
  test.each<[string, object, string]>([
    ['no schema', { a: {} }, 'options.schemas["a"]: expected a Standard Schema, got object'],
    ['null', { a: null }, 'options.schemas["a"]: expected a Standard Schema, got object'],
    ['a text', { a: 'string' }, 'options.schemas["a"]: expected a Standard Schema, got string'],
    [
      'a name that no event can have',
      { 'a b': z.string() },
      'options.schemas: a name: expected segments of letters, digits and "_-:@~" between dots, at most 256 characters, not beginning with "pushstream", got "a b"',
    ],
  ])('%s', (_what, given, message) => {
    expect(() => checkSchemas(given)).toThrow(new TypeError(message));
  });

  test('a schema may be a function, as some libraries have them', () => {
    const callable = Object.assign(
      () => {},
      schema((value) => ({ value })),
    );
    expect(checkSchemas({ a: callable }).size).toBe(1);
  });

  test('a name without a schema is as if it was left out', () => {
    expect(checkSchemas({ a: undefined }).size).toBe(0);
  });
});
