import type { EventClient } from 'pushstream-client';
import type { TaskEvents } from '../../task-events.ts';
import { byId, every, grouped } from '../dom.ts';
import { draw, type Palette } from './draw.ts';
import { BUCKET_MS, PAST_MS, record, type Recording } from './record.ts';

const NAMES = ['accent', 'good', 'busy', 'bad', 'calm', 'line', 'soft', 'ink'] as const;
const CALM_MS = 1_000;
const SAY_MS = 5_000;

/** A picture of the last seconds. It moves while it is seen, and once per second for who wants less motion. */
export function showTimeline(client: EventClient<TaskEvents>): Recording {
  const recording = record(client);
  const canvas = byId('timeline', HTMLCanvasElement);
  const context = canvas.getContext('2d');
  if (!context) return recording;
  const prefersCalm = matchMedia('(prefers-reduced-motion: reduce)');
  let palette = readPalette();
  let width = 0;
  let height = 0;
  let isSeen = false;
  let asked = 0;

  const render = (): void => draw(context, width, height, palette, recording);
  function move(): void {
    render();
    asked = isSeen && !prefersCalm.matches ? requestAnimationFrame(move) : 0;
  }
  const go = (): void => {
    if (asked === 0) move();
  };

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => (palette = readPalette()));
  prefersCalm.addEventListener('change', go);
  new ResizeObserver(([entry]) => {
    if (!entry) return;
    ({ width, height } = entry.contentRect);
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    render();
  }).observe(canvas);
  new IntersectionObserver((entries) => {
    isSeen = entries.at(-1)?.isIntersecting ?? false;
    go();
  }).observe(canvas);
  every(CALM_MS, () => prefersCalm.matches && isSeen && render());
  every(SAY_MS, () => (canvas.ariaLabel = inWords(client, recording)));
  return recording;
}

function readPalette(): Palette {
  const styles = getComputedStyle(document.documentElement);
  const colours = NAMES.map((name) => [name, styles.getPropertyValue(`--${name}`)]);
  // As many as there are names.
  return Object.fromEntries(colours) as Palette;
}

/** For who does not see the picture; what happened one by one is in the log. */
function inWords(client: EventClient<TaskEvents>, { marks, eventsAt }: Recording): string {
  const now = performance.now();
  const recent = marks.filter(({ at }) => at > now - PAST_MS);
  const count = (kind: string): number => recent.filter((mark) => mark.kind === kind).length;
  const last = Math.floor(now / BUCKET_MS);
  let events = 0;
  for (let bucket = last - PAST_MS / BUCKET_MS; bucket <= last; bucket += 1) events += eventsAt(bucket);
  return (
    `The last ${PAST_MS / 1_000} seconds: now ${client.status}; ${grouped(events)} events, ${count('attempt')} attempts, ` +
    `${count('failure')} failures, ${count('reset')} resets, ${count('heartbeat')} heartbeats, ${count('fault')} faults pressed`
  );
}
