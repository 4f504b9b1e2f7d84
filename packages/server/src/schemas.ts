import type { SchemaIssue } from './errors.ts';

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
