import type { SchemaMap } from 'pushstream-server';
import * as v from 'valibot';
import type { TaskEvents } from '../task-events.ts';

const taskId = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

/** What the server holds every event to, also those of the publish form. */
export const taskSchemas: SchemaMap<TaskEvents> = {
  'task.created': v.strictObject({ taskId, title: v.pipe(v.string(), v.maxLength(200)) }),
  'task.progress': v.strictObject({ taskId, percentage: v.pipe(v.number(), v.minValue(0), v.maxValue(100)) }),
  'task.completed': v.strictObject({ taskId }),
};
