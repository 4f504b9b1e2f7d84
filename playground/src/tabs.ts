import { find } from './dom.ts';

/** A list of tabs: arrows, Home and End move within it. `shown` is told which panel is there, by its id. */
export function wireTabs(list: HTMLElement, shown: (panelId: string) => void): void {
  const tabs = [...list.querySelectorAll<HTMLButtonElement>('[role="tab"]')];
  const panelOf = (tab: HTMLElement): HTMLElement => find(`#${tab.getAttribute('aria-controls')}`, HTMLElement);

  function select(chosen: HTMLButtonElement): void {
    for (const tab of tabs) {
      tab.ariaSelected = String(tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
      panelOf(tab).hidden = tab !== chosen;
    }
    shown(panelOf(chosen).id);
  }

  const steps = new Map<string, (at: number) => number>([
    ['ArrowRight', (at) => at + 1],
    ['ArrowLeft', (at) => at - 1],
    ['Home', () => 0],
    ['End', () => -1],
  ]);
  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener('click', () => select(tab));
    tab.addEventListener('keydown', (event) => {
      const next = tabs.at((steps.get(event.key)?.(at) ?? Number.NaN) % tabs.length);
      if (!next || !steps.has(event.key)) return;
      event.preventDefault();
      next.focus();
      select(next);
    });
  }
  const first = tabs.find(({ ariaSelected }) => ariaSelected === 'true') ?? tabs[0];
  if (first) select(first);
}
