import { compile, parse } from 'svelte/compiler';

/** What these examples have of Svelte's syntax tree. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly nodes?: readonly Node[];
  readonly fragment?: Node;
  readonly attributes?: readonly Node[];
  readonly value?: true | Node | readonly Node[];
  readonly expression?: Node;
  readonly test?: Node;
  readonly consequent?: Node;
  readonly alternate?: Node | null;
  readonly context?: Node;
  readonly key?: Node;
  readonly body?: Node;
  readonly content?: Node;
}

/** A component as TypeScript: its script, and its markup as what it evaluates. Throws for what does not compile. */
export function compileSvelte(code: string): string {
  compile(code, { generate: 'client', runes: true });
  const { instance, fragment } = parse(code, { modern: true }) as unknown as { instance: Node; fragment: Node };
  const text = (node: Node | undefined): string => (node ? code.slice(node.start, node.end) : '');
  const all = (nodes: readonly Node[] = []): string => nodes.map(markup).join(' ');

  function markup(node: Node): string {
    const { type, nodes, attributes, value, test, consequent, alternate, context, key, body, expression } = node;
    if (type === 'IfBlock') return `if (${text(test)}) { ${all(consequent?.nodes)} } else { ${all(alternate?.nodes)} }`;
    if (type === 'EachBlock')
      return `for (const ${text(context)} of ${text(expression)}) { void (${text(key)}); ${all(body?.nodes)} }`;
    if (expression) return `void (${text(expression)});`;
    const values = typeof value === 'object' ? [value].flat() : [];
    return `${all(attributes)} ${all(values)} ${all(nodes ?? node.fragment?.nodes)}`;
  }

  const stores = new Set([...code.matchAll(/\{\$(\w+)/g)].map(([, name = '']) => name));
  const read = [...stores].map((name) => `const $${name} = (await import('svelte/store')).get(${name});`);
  // The script keeps its lines.
  const above = code.slice(0, instance.content?.start).replaceAll(/[^\n]/g, '');
  return `${above}${text(instance.content)}\n${read.join(' ')} ${all(fragment.nodes)}`;
}
