export interface Result {
  readonly name: string;
  readonly error?: string;
}

/** Every behaviour's name, in order. */
export declare const names: readonly string[];
export declare function suite(library: object, baseUrl: string): Promise<Result[]>;
