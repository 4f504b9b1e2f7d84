import { misuse, show } from 'pushstream-protocol';
import { DecodeError, type SchemaIssue, type UndecodedEvent } from './errors.ts';
import { isThenable } from './thenable.ts';

/** What a schema makes of some data. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/**
 * A schema of any library that follows Standard Schema: Zod, Valibot, ArkType and others.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<Output = unknown> {
  /** The standard's own part. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** Schemas by event type; a type that has none is not proven. */
export type SchemaMap<Events extends object> = { readonly [Type in keyof Events]?: StandardSchema<Events[Type]> };

export type Schemas = ReadonlyMap<string, StandardSchema>;

/** @throws {TypeError} For a schema that is none. */
export function checkSchemas(given: object): Schemas {
  const schemas = new Map<string, StandardSchema>(Object.entries(given));
  for (const [type, schema] of schemas) {
    const { validate }: { validate?: unknown } = Object(Object(schema)['~standard']);
    if (typeof validate !== 'function')
      throw misuse(`options.schemas[${show(type)}]`, 'a Standard Schema', typeof schema);
  }
  return schemas;
}

/**
 * The data as its schema gives it back.
 *
 * @throws {DecodeError} For data that is not what the schema says.
 * @throws {TypeError} For a schema that takes its time: events are dispatched in order and at once.
 */
export function prove(schema: StandardSchema, data: unknown, event: UndecodedEvent): unknown {
  let result: ReturnType<StandardSchema['~standard']['validate']>;
  try {
    result = schema['~standard'].validate(data);
  } catch (cause) {
    throw new DecodeError(event, cause);
  }
  if (isThenable(result)) {
    result.then(undefined, () => {});
    throw misuse(`options.schemas[${show(event.type)}]`, 'a synchronous schema', 'one that returns a promise');
  }
  if (result.issues) throw new DecodeError(event, undefined, result.issues);
  return result.value;
}
