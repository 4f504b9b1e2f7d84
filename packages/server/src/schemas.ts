import { misuse } from 'pushstream-protocol';
import { type SchemaIssue, SchemaError } from './errors.ts';
import { checkEventType, quote } from './grammar.ts';

/** What a schema makes of some data. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/**
 * A schema of any library that follows Standard Schema: Zod, Valibot, ArkType and others.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The standard's own part. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** Schemas by event type; a type that has none is not checked. */
export type SchemaMap<Events extends object> = {
  readonly [Type in keyof Events]?: StandardSchema<Events[Type], unknown>;
};

export type Schemas = ReadonlyMap<string, StandardSchema>;

/** @throws {TypeError} For a schema that is none, and for a name that no event can have. */
export function checkSchemas(given: object): Schemas {
  const schemas = new Map<string, StandardSchema>(Object.entries(given));
  for (const [type, schema] of schemas) {
    checkEventType('options.schemas: a name', type);
    // A name without a schema is as if it was left out.
    if (schema === undefined) schemas.delete(type);
    else if (!isSchema(schema)) throw misuse(`options.schemas[${quote(type)}]`, 'a Standard Schema', typeof schema);
  }
  return schemas;
}

function isSchema(value: unknown): boolean {
  const { validate }: { validate?: unknown } = Object(Object(value)['~standard']);
  return typeof validate === 'function';
}

/**
 * Holds data to the schema of its type. It is the input of the schema that is proven, and what is
 * stored is the data as it was given: the same schema, on the client, makes its output of it.
 *
 * Waits for nothing where the schema does not, so that events are stored in the order in which they
 * were published.
 *
 * @throws {SchemaError} With every issue; where the schema itself failed, with that as its cause.
 *   For a schema that takes its time, the promise rejects with it.
 */
export function proveData(schemas: Schemas, type: string, data: unknown): Promise<void> | undefined {
  const schema = schemas.get(type);
  if (!schema) return undefined;
  let result: ReturnType<StandardSchema['~standard']['validate']>;
  try {
    result = schema['~standard'].validate(data);
  } catch (cause) {
    throw brokenSchema(type, cause);
  }
  if (!isThenable(result)) return conclude(type, result);
  return Promise.resolve(result).then(
    (late) => conclude(type, late),
    (cause: unknown) => {
      throw brokenSchema(type, cause);
    },
  );
}

/** Nothing counts as proven unless the schema says so. */
function conclude(type: string, result: SchemaResult<unknown>): undefined {
  if (result !== Object(result)) throw brokenSchema(type, misuse(type, "a schema's result", typeof result));
  if (result.issues) throw new SchemaError(type, result.issues);
}

const brokenSchema = (type: string, cause: unknown): SchemaError =>
  new SchemaError(type, [{ message: 'a schema that failed' }], { cause });

function isThenable(value: unknown): value is PromiseLike<SchemaResult<unknown>> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
