/** The events of the playground's server: written once, imported by the server and the page. */
export interface TaskEvents {
  'task.created': { readonly taskId: string; readonly title: string };
  'task.progress': { readonly taskId: string; readonly percentage: number };
  'task.completed': { readonly taskId: string };
}
