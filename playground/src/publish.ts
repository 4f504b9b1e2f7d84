import { publish, Refused } from './api.ts';
import { byId, find, setText } from './dom.ts';

const FIELDS = ['channel', 'type', 'data', 'tags', 'key'] as const;
type Field = (typeof FIELDS)[number];

/** A form that publishes anything; what is wrong with it stands at the field. */
export function wirePublishing(): void {
  const form = byId('publish-form', HTMLFormElement);
  const result = byId('publish-result', HTMLElement);
  const input = (name: Field): HTMLInputElement | HTMLTextAreaElement => {
    const element = form.elements.namedItem(name);
    if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) return element;
    throw new TypeError(`${name}: expected a field of the form`);
  };

  function complain(field: Field, text: string): void {
    setText(find(`#publish-${field}-error`, HTMLElement), text);
    input(field).ariaInvalid = String(text !== '');
  }

  async function submit(): Promise<void> {
    for (const field of FIELDS) complain(field, '');
    setText(result, '');
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
    } catch (error) {
      if (error instanceof Refused) refuse(error);
      else setText(result, 'The server could not be reached');
    }
  }

  function refuse({ message, problem }: Refused): void {
    const named = FIELDS.find((field) => message.startsWith(`${field}:`) || message.startsWith(`${field}.`));
    const issues = problem.issues?.map(({ message: text, path }) => [...path, text].join(': '));
    complain(named ?? 'data', issues?.join(' · ') ?? message);
    input(named ?? 'data').focus();
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
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
