/** The element of the page that has this id. */
export function byId<Kind extends HTMLElement>(id: string, kind: abstract new () => Kind): Kind {
  return find(`#${id}`, kind);
}

/** The first element that a selector has, within another one or the page. */
export function find<Kind extends HTMLElement>(
  selector: string,
  kind: abstract new () => Kind,
  within: ParentNode = document,
): Kind {
  const element = within.querySelector(selector);
  if (element instanceof kind) return element;
  throw new TypeError(`${selector}: expected ${kind.name}, got ${element?.tagName ?? 'nothing'}`);
}

/** Text only, and only where it changed: whatever a server sends cannot become markup. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  text = '',
  className = '',
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}

/** Puts any number of calls within a frame into one. */
export function oncePerFrame(render: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      render();
    });
  };
}

/** Again and again, while the page is seen. */
export function every(ms: number, run: () => unknown): void {
  setInterval(() => document.hidden || run(), ms);
}

export const seconds = (ms: number, digits = 1): string => `${(ms / 1_000).toFixed(digits)} s`;
export const grouped = (count: number): string => count.toLocaleString('en');
