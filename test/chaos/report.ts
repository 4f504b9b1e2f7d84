import type { Outcome } from './chaos.ts';

const HEADERS = [
  'trouble',
  'cycles',
  'events',
  'deliveries',
  'refused (503)',
  'reconnects',
  'resets',
  'lost',
  'duplicated',
  'out of order',
  'caught up, p50',
  'max',
  'bound',
] as const;

const number = (value: number): string => value.toLocaleString('en-US');
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function row({ trouble, verdict, ...counts }: Outcome): string[] {
  const resets = Object.entries(verdict.resets).map(([reason, count]) => `${number(count)} ${reason}`);
  return [
    trouble.name,
    number(counts.cycles),
    number(counts.published),
    number(verdict.delivered),
    number(counts.refused),
    number(counts.reconnects),
    resets.join(', ') || '0',
    number(verdict.lost),
    number(verdict.duplicated),
    number(verdict.outOfOrder),
    seconds(median(counts.recoveries)),
    // Too many to be arguments.
    seconds(counts.recoveries.reduce((most, ms) => Math.max(most, ms), 0)),
    seconds(trouble.boundMs),
  ];
}

/** One row per trouble, as Markdown; a terminal can show it as well. */
export function table(outcomes: readonly Outcome[]): string {
  const lines = [HEADERS, HEADERS.map(() => '---'), ...outcomes.map(row)];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What a run was, in one sentence. */
export function summary(outcomes: readonly Outcome[], clients: number): string {
  const sum = (of: (outcome: Outcome) => number): string =>
    number(outcomes.reduce((total, outcome) => total + of(outcome), 0));
  return (
    `${sum(({ cycles }) => cycles)} cycles with 3 instances and ${clients} clients: ` +
    `${sum(({ published }) => published)} events, ${sum(({ verdict }) => verdict.delivered)} deliveries, ` +
    `${sum(({ reconnects }) => reconnects)} reconnects; ` +
    `${sum(({ verdict }) => verdict.lost)} lost, ${sum(({ verdict }) => verdict.duplicated)} duplicated ` +
    `(of which ${sum(({ verdict }) => verdict.hidden)} a default client would not show), ` +
    `${sum(({ verdict }) => verdict.outOfOrder)} out of order; ` +
    `${sum(({ verdict }) => verdict.covered)} events covered by resets.`
  );
}

const BEGIN = '<!-- begin: chaos -->';
const END = '<!-- end: chaos -->';

/** The page with another report between its markers. */
export function insert(page: string, report: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`Expected ${BEGIN} and ${END} in the page`);
  return `${before}${BEGIN}\n\n${report}\n\n${END}${after}`;
}
