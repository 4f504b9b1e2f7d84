/**
 * What a block of code may take for granted when a comment before it says so: `<!-- with: name -->`.
 * Put after the block's own code, so that lines keep their numbers.
 */
export const preludes: Readonly<Record<string, string>> = {
  tasks: `
    export interface TaskEvents {
      'task.created': { taskId: string; title: string };
      'task.progress': { taskId: string; percentage: number };
      'task.completed': { taskId: string };
    }
    export declare const client: import('pushstream-client').EventClient<TaskEvents>;
    export declare function show(...what: unknown[]): void;
    export declare function showTask(task: { taskId: string }): void;
    export declare function getToken(): Promise<string>;
    export declare function reload(): Promise<void>;
  `,
  database: `
    export declare const database: {
      get(name: string): Promise<string | undefined>;
      put(name: string, value: string): Promise<void>;
      delete(name: string): Promise<void>;
    };
    export declare function work(data: unknown): Promise<void>;
  `,
  server: `
    export interface TaskEvents {
      'task.progress': { taskId: string; percentage: number };
      'task.completed': { taskId: string };
    }
    export declare const push: import('pushstream-server').PushStream<TaskEvents>;
  `,
  queue: `
    export declare const push: import('pushstream-server').PushStream<{
      'task.progress': { taskId: string; percentage: number };
      'task.completed': { taskId: string };
    }>;
    export declare const queue: {
      read(
        name: string,
        options: { signal: AbortSignal },
      ): AsyncIterable<{ id: string; acknowledge(): Promise<void> }>;
    };
    export declare function watchTasks(
      listener: (progress: { taskId: string; percentage: number }) => void,
    ): () => void;
  `,
  outbox: `
    export declare const push: import('pushstream-server').PushStream<{ 'task.completed': { taskId: string } }>;
    export declare const database: {
      query(text: string, ...values: unknown[]): Promise<{ id: number; task: string }[]>;
    };
    declare const wait: typeof import('node:timers/promises').setTimeout;
  `,
  bun: `
    interface BunServer {
      stop(): Promise<void>;
    }
    type BunHandler = (
      request: Request & { readonly params: { readonly id: string } },
      server: BunServer,
    ) => Response | Promise<Response>;
    declare const Bun: {
      serve(options: { port: number; routes: Record<string, BunHandler | { POST: BunHandler }> }): BunServer;
    };
  `,
  deno: `
    declare const Deno: {
      serve(options: { port: number }, handler: (request: Request) => Promise<Response>): void;
    };
  `,
  next: '',
  'next-page': `
    declare function loadProgress(): Promise<{ percentage: number }>;
  `,
  kit: '',
  orders: `
    export declare const app: import('express').Express;
    export declare const push: import('pushstream-server').PushStream;
    export declare function loadOrders(): Promise<unknown>;
  `,
  sessions: `
    export declare function sessionOf(
      cookie: string | null,
    ): Promise<{ userId: string; expiresAt: number } | undefined>;
  `,
  page: `
    export declare function show(...what: unknown[]): void;
    export declare function getToken(): Promise<string>;
  `,
};
