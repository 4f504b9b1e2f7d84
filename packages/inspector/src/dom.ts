/** Makes an element. Text is text: nothing here can make markup of it. */
export type Make = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes?: Readonly<Record<string, string>>,
  ...children: readonly (Node | string)[]
) => HTMLElementTagNameMap[Tag];

export function createMake(document: Document): Make {
  return (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
}

export function createButton(make: Make, label: string, act: () => void): HTMLButtonElement {
  const element = make('button', { type: 'button' }, label);
  element.addEventListener('click', act);
  return element;
}

/** Touches the page only where something changed. */
export function setText(node: Node, value: string | number): void {
  const text = String(value);
  if (node.textContent !== text) node.textContent = text;
}

/** As `setText`, for an attribute. */
export function setAttribute(element: Element, name: string, value: string | number | boolean): void {
  const text = String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}
