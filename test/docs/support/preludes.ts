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
  page: `
    export declare function show(...what: unknown[]): void;
    export declare function getToken(): Promise<string>;
  `,
};
