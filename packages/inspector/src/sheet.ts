import { styles } from './styles.ts';

let shared: CSSStyleSheet | undefined;

/** What all inspectors look like: no style element, which a strict policy would refuse. */
export function adoptStyles(root: ShadowRoot): void {
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(styles);
  }
  root.adoptedStyleSheets = [shared];
}

/** A rule of one inspector's own: style attributes would be refused too. */
export function createRule(root: ShadowRoot, selector: string): (style: string) => void {
  const sheet = new CSSStyleSheet();
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  let current = '';
  return (style) => {
    if (style === current) return;
    current = style;
    sheet.replaceSync(`${selector}{${style}}`);
  };
}
