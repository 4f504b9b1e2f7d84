import type { EventClient } from 'pushstream-client';
import type { TaskEvents } from '../task-events.ts';
import { publish, Refused } from './api.ts';
import { byId, find, setText } from './dom.ts';

const FIELDS = ['channel', 'type', 'data', 'tags', 'key'] as const;
type Field = (typeof FIELDS)[number];
/** Events that are remembered, for an answer that is late. */
const CAME = 200;

/** What the server's schema refuses. */
const WRONG = { type: 'task.progress', data: '{ "taskId": "mine", "percentage": 200 }' } as const;

/** A form that publishes anything; what is wrong with it stands at the field, what came of it below. */
export function wirePublishing(client: EventClient<TaskEvents>): void {
  const form = byId('publish-form', HTMLFormElement);
  const result = byId('publish-result', HTMLElement);
  const echo = watchFor(client, byId('publish-echo', HTMLElement));
  const input = (name: Field): HTMLInputElement | HTMLTextAreaElement => {
    const element = form.elements.namedItem(name);
    if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) return element;
    throw new TypeError(`${name}: expected a field of the form`);
  };

  function complain(field: Field, text: string): void {
    setText(find(`#publish-${field}-error`, HTMLElement), text);
    input(field).ariaInvalid = String(text !== '');
  }

  function clear(): void {
    for (const field of FIELDS) complain(field, '');
    setText(result, '');
    echo.clear();
  }

  async function submit(): Promise<void> {
    clear();
    const data = readData(input('data').value);
    if (data instanceof SyntaxError) {
      complain('data', `Expected JSON: ${data.message}`);
      return;
    }
    const key = input('key').value;
    const tags = readTags(input('tags').value);
    try {
      const body = { type: input('type').value, data, ...(key && { key }), ...(tags && { tags }) };
      const { id, duplicate } = await publish(input('channel').value, body);
      setText(result, `${duplicate ? 'Known already' : 'Published'} as ${id ?? 'nothing that is kept'}`);
      if (id !== null && !duplicate) echo.expect(id);
    } catch (error) {
      if (error instanceof Refused) refuse(error);
      else setText(result, 'The server could not be reached');
    }
  }

  function refuse({ message, problem }: Refused): void {
    const named = FIELDS.find((field) => message.startsWith(`${field}:`) || message.startsWith(`${field}.`));
    const issues = problem.issues?.map(({ message: text, path }) => [...path, text].join(': '));
    // What was typed is fine, as far as anybody can tell.
    if (problem.status === undefined || problem.status >= 500) {
      setText(result, message);
      return;
    }
    complain(named ?? 'data', issues?.join(' · ') ?? message);
    input(named ?? 'data').focus();
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  form.addEventListener('reset', clear);
  byId('publish-wrong', HTMLButtonElement).addEventListener('click', () => {
    input('type').value = WRONG.type;
    input('data').value = WRONG.data;
    void submit();
  });
}

/** Says when the page's own stream brings what was published; that may be before the server has answered. */
function watchFor(client: EventClient<TaskEvents>, place: HTMLElement): { clear(): void; expect(id: string): void } {
  const came = new Map<string, string>();
  let wanted: string | undefined;

  function look(): void {
    const type = wanted === undefined ? undefined : came.get(wanted);
    if (type !== undefined) setText(place, `Came back over the stream as ${type}, ${wanted}`);
  }

  client.on('*', (_data, { id, type }) => {
    if (id === undefined) return;
    came.set(id, type);
    const [oldest] = came.keys();
    if (came.size > CAME && oldest !== undefined) came.delete(oldest);
    if (id === wanted) look();
  });
  return {
    clear() {
      wanted = undefined;
      setText(place, '');
    },
    expect(id) {
      wanted = id;
      setText(place, 'It has not come back yet');
      look();
    },
  };
}

function readData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

/** `shop:3, vip:yes`; nothing for none. */
function readTags(text: string): Record<string, string> | undefined {
  const parts = listed(text).map((tag) => tag.split(/:(.*)/s, 2));
  return parts.length === 0 ? undefined : Object.fromEntries(parts.map(([name = '', value = '']) => [name, value]));
}

/** What stands between commas. */
export function listed(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
