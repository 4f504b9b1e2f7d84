import type { Instance, InstanceAction } from '../contract.ts';
import { actOn, getInstances } from './api.ts';
import type { Pressed } from './faults.ts';
import { byId, every, make, setText } from './dom.ts';
import type { Say } from './log.ts';

const POLL_MS = 1_000;
/** A drained instance ends its streams over ten seconds. */
const BREAKS = { kind: 'perhaps', untilMs: 12_000 } as const;
const ACTIONS: ReadonlyArray<readonly [action: InstanceAction, title: string, when: ReadonlyArray<Instance['state']>]> =
  [
    ['kill', 'Kill', ['up', 'draining']],
    ['drain', 'Drain', ['up']],
    ['start', 'Start', ['down']],
  ];

interface Card {
  readonly element: HTMLElement;
  show(instance: Instance): void;
  /** It is being started, until that resolves. */
  start(started: Promise<unknown>): void;
}

/** The instances behind the proxy, with buttons for each. `pressed` is told what was done to whom. */
export function showCluster(say: Say, pressed: Pressed): void {
  const place = byId('instances', HTMLElement);
  const cards = new Map<string, Card>();
  byId('cluster', HTMLElement).hidden = false;

  async function act(name: string, action: InstanceAction, title: string): Promise<void> {
    if (action !== 'start') pressed(`${title} ${name}`, BREAKS);
    say('you', `${title} ${name}`);
    const acting = actOn(name, action).catch((error: unknown) => say('error', String(error)));
    // It answers when the instance listens; as long it is down to everybody else.
    if (action === 'start') cards.get(name)?.start(acting);
    await acting;
    await refresh();
  }

  async function refresh(): Promise<void> {
    for (const instance of await getInstances().catch(() => [])) {
      const card = cards.get(instance.name) ?? makeCard(instance.name, act);
      if (!cards.has(instance.name)) place.append(card.element);
      cards.set(instance.name, card);
      card.show(instance);
    }
  }

  every(POLL_MS, refresh);
  void refresh();
}

function makeCard(name: string, act: (name: string, action: InstanceAction, title: string) => Promise<void>): Card {
  const element = make('li', '', 'instance');
  const state = make('span');
  const buttons = ACTIONS.map(([action, title, when]) => {
    const button = make('button', title, 'small');
    button.type = 'button';
    button.ariaLabel = `${title} ${name}`;
    button.addEventListener('click', () => void act(name, action, title));
    return { button, when };
  });
  let isStarting = false;
  element.append(make('b', name), state, ...buttons.map(({ button }) => button));
  return {
    element,
    show(instance) {
      if (isStarting) return;
      element.dataset['state'] = instance.state;
      setText(state, `${instance.state} · ${instance.streams} ${instance.streams === 1 ? 'stream' : 'streams'}`);
      for (const { button, when } of buttons) button.disabled = !when.includes(instance.state);
    },
    start(started) {
      isStarting = true;
      element.dataset['state'] = 'starting';
      setText(state, 'starting …');
      for (const { button } of buttons) button.disabled = true;
      void started.finally(() => (isStarting = false));
    },
  };
}
