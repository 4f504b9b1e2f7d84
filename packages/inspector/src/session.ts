import type { InspectorEnvironment } from './environment.ts';
import { createPanel, type Panel } from './panel.ts';
import { createPulse, type Pulse } from './pulse.ts';
import { createRecorder, type InspectedClient, type Recorder } from './recorder.ts';
import { adoptStyles } from './sheet.ts';

/** What an element shows, and whether it looks. */
export interface Session {
  readonly client: InspectedClient | null;
  readonly environment: InspectorEnvironment;
  /** Begins anew, with empty logs. */
  show(client: InspectedClient | null): void;
  use(environment: InspectorEnvironment): void;
  keep(limit: number): void;
  /** Looks, or lets go of everything: no observer, timer or frame is left. */
  look(isWanted: boolean): void;
  /** An attribute says otherwise. */
  changed(): void;
}

export function createSession(element: HTMLElement, given: InspectorEnvironment, most: number): Session {
  const root = element.attachShadow({ mode: 'open' });
  let environment = given;
  let limit = most;
  let client: InspectedClient | null = null;
  let recorder: Recorder = createRecorder(limit);
  let panel: Panel | undefined;
  let pulse: Pulse | undefined;
  let ends: readonly (() => void)[] = [];

  const changed = (): void => pulse?.ask();

  function createView(): Panel {
    adoptStyles(root);
    return createPanel(root, {
      client: () => client,
      recorder: () => recorder,
      hasControls: () => element.hasAttribute('controls'),
      changed,
    });
  }

  function start(): void {
    const view = (panel ??= createView());
    const current = createPulse(environment, () => current.askIn(view.render(environment.now())));
    pulse = current;
    if (client) {
      const { take, begin } = recorder;
      begin(client.status, environment.now());
      const observe = client.inspect((inspection) => {
        take(inspection);
        current.ask();
      });
      // What it says of a wait or an error comes a frame behind the machine.
      ends = [observe, client.snapshot.subscribe(current.ask)];
    }
    // Another size shows other rows.
    const sizes = new ResizeObserver(current.ask);
    sizes.observe(element);
    ends = [...ends, () => sizes.disconnect()];
    current.ask();
  }

  function stop(): void {
    for (const end of ends) end();
    ends = [];
    pulse?.stop();
    pulse = undefined;
    panel?.release();
  }

  /** Whoever looks goes on looking afterwards. */
  function change(work: () => void): void {
    const looks = pulse !== undefined;
    if (looks) stop();
    work();
    if (looks) start();
  }

  return {
    get client() {
      return client;
    },
    get environment() {
      return environment;
    },
    show(next) {
      if (next === client) return;
      change(() => {
        client = next;
        recorder = createRecorder(limit);
        panel?.renew();
      });
    },
    use(next) {
      change(() => {
        environment = next;
      });
    },
    keep(wanted) {
      limit = wanted;
      recorder.keep(wanted);
      changed();
    },
    look(isWanted) {
      if (isWanted === (pulse !== undefined)) return;
      if (isWanted) start();
      else stop();
    },
    changed,
  };
}
