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

/** Rules of one inspector's own: style attributes would be refused too. */
export function createRules(root: ShadowRoot): (rules: string) => void {
  const sheet = new CSSStyleSheet();
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  let current = '';
  return (rules) => {
    if (rules === current) return;
    current = rules;
    sheet.replaceSync(rules);
  };
}
