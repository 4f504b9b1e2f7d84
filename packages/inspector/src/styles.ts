/** The stylesheet; the height of a row stands in `list.ts` too. */
export const styles = `
:host {
  --_background: var(--pushstream-background, light-dark(#ffffff, #15181d));
  --_raised: var(--pushstream-raised, light-dark(#f5f7f9, #1c2026));
  --_text: var(--pushstream-text, light-dark(#1b212b, #e3e7ed));
  --_muted: var(--pushstream-muted, light-dark(#596373, #9ba6b5));
  --_line: var(--pushstream-line, light-dark(#dde2e8, #2d333c));
  --_accent: var(--pushstream-accent, light-dark(#2457c5, #8db4ff));
  --_good: light-dark(#14743f, #58cf8f);
  --_warn: light-dark(#8a5a00, #e9b95c);
  --_bad: light-dark(#b3213a, #ff929b);
  --_held: light-dark(#6546bb, #bda8ff);
  --_mono: var(--pushstream-mono, ui-monospace, Consolas, monospace);
  display: block;
  container-type: inline-size;
  height: 28rem;
  min-height: 16rem;
  overflow: hidden;
  border: 1px solid var(--_line);
  border-radius: var(--pushstream-radius, 8px);
  background: var(--_background);
  color: var(--_text);
  color-scheme: light dark;
  font: 13px/1.4 var(--pushstream-font, system-ui, sans-serif);
  font-variant-numeric: tabular-nums;
  text-align: start;
}
:host([theme='light']) { color-scheme: light; }
:host([theme='dark']) { color-scheme: dark; }
:host([hidden]), [hidden] { display: none !important; }
*, ::before { box-sizing: border-box; }
p, dl, dd, pre { margin: 0; }

.app { display: flex; flex-direction: column; height: 100%; }
.head { display: grid; gap: 8px; padding: 10px 12px; background: var(--_raised); border-bottom: 1px solid var(--_line); --_tone: var(--_muted); }
.head[data-status='open'] { --_tone: var(--_good); }
.head[data-status='connecting'] { --_tone: var(--_accent); }
.head[data-status='reconnecting'] { --_tone: var(--_warn); }
.head[data-status='paused'] { --_tone: var(--_held); }
.head[data-status='closed'] { --_tone: var(--_bad); }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; }
.status { min-width: 9.4em; color: var(--_tone); font-size: 14px; }
.status::before { content: ''; display: inline-block; width: 9px; height: 9px; margin-inline-end: 7px; border-radius: 50%; background: currentColor; }
.url, .failure, .fact dd { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.url { flex: 1; color: var(--_muted); font: 12px var(--_mono); }
.facts { display: grid; grid-template-columns: 2fr repeat(7, 1fr); gap: 6px 12px; }
.fact { min-width: 0; }
.fact dt { color: var(--_muted); font-size: 11px; white-space: nowrap; }
.facts[data-lost='true'] .fact:nth-child(n + 7) dd { color: var(--_warn); font-weight: 600; }
.failure { color: var(--_muted); font-size: 12px; }
.failure[data-failed='true'] { color: var(--_bad); }

.controls, .tools, .tabs { display: flex; gap: 6px; }
button, input { min-height: 26px; border: 1px solid var(--_line); border-radius: 5px; background: var(--_background); color: inherit; font: inherit; font-size: 12px; }
button { padding: 2px 9px; cursor: pointer; white-space: nowrap; }
button:hover { border-color: var(--_muted); }
button[data-paused='true'] { border-color: var(--_held); color: var(--_held); }
input { flex: 1; min-width: 90px; padding: 2px 8px; }
input::placeholder { color: var(--_muted); opacity: 1; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: -1px; }

.bar { display: flex; align-items: center; justify-content: space-between; gap: 6px 12px; padding: 0 12px; border-bottom: 1px solid var(--_line); }
.tabs { gap: 2px; }
[role='tab'] { text-transform: capitalize; padding: 8px 8px 6px; border: 0; border-bottom: 2px solid transparent; border-radius: 0; background: none; color: var(--_muted); }
[role='tab'][aria-selected='true'] { border-bottom-color: var(--_accent); color: var(--_text); }
.count { display: inline-block; min-width: 2.2em; padding-inline-start: 2px; color: var(--_muted); text-align: start; }
.tools { flex: 0 1 26rem; min-width: 0; }

.panel { display: flex; flex: 1; flex-direction: column; min-height: 0; }
.log { display: flex; flex: 1; flex-direction: column; min-height: 0; }
.list { flex: 1; min-height: 0; overflow: auto; }
.length { overflow: hidden; contain: strict; }
.row { display: flex; align-items: center; gap: 10px; height: 24px; padding-inline: 12px; font: 12px var(--_mono); cursor: default; }
.row > * { flex: none; overflow: hidden; text-overflow: ellipsis; white-space: pre; unicode-bidi: isolate; }
.columns { flex: none; border-bottom: 1px solid var(--_line); color: var(--_muted); font: 11px var(--pushstream-font, system-ui, sans-serif); }
.time { width: 90px; color: var(--_muted); }
.name { width: 176px; }
[role='option'] .name { font-weight: 600; }
.id { width: 17%; color: var(--_muted); }
.row > .text { flex: 1; min-width: 0; }
.mark:empty { display: none; }
.mark { padding: 0 5px; border: 1px solid currentColor; border-radius: 4px; color: var(--_muted); font-size: 11px; line-height: 16px; }
[data-mark='reset'] .mark, [data-mark='dropped'] .mark { color: var(--_warn); }
[data-mark='failed'] .mark { color: var(--_bad); }
.row[data-mark='reset'], .row[data-mark='dropped'] { background: color-mix(in srgb, var(--_warn) 12%, transparent); }
.row[data-mark='failed'] { background: color-mix(in srgb, var(--_bad) 10%, transparent); }
.row[role='option']:hover { background: var(--_raised); }
.row[aria-selected='true'] { box-shadow: inset 3px 0 var(--_accent); background: color-mix(in srgb, var(--_accent) 14%, transparent) !important; }
[data-view='listeners'] :is(.time, .text) { display: none; }
.empty { margin: auto; padding: 24px; color: var(--_muted); }

.detail { display: flex; flex-direction: column; max-height: 50%; border-top: 1px solid var(--_line); background: var(--_raised); }
.detail header { display: flex; align-items: center; gap: 10px; padding: 4px 6px 4px 12px; font-size: 12px; }
.detail strong { overflow: hidden; text-overflow: ellipsis; font-family: var(--_mono); white-space: nowrap; }
.notes { flex: 1; min-width: 0; color: var(--_muted); }
.detail pre { flex: 1; min-height: 3.2em; overflow: auto; padding: 4px 12px 10px; font: 12px/1.5 var(--_mono); white-space: pre-wrap; overflow-wrap: anywhere; }

@container (width < 820px) {
  .facts { grid-template-columns: repeat(4, 1fr); }
  .bar { flex-direction: column; align-items: stretch; padding-bottom: 8px; }
  .tools { flex: none; }
  .name { width: 120px; }
}
@container (width < 560px) {
  [data-view='events'] .id, [data-view='frames'] .id { display: none; }
  .id { width: 50px; }
  [data-view='timeline'] .name { width: 92px; }
  .detail :is(header, pre) { padding-left: 8px; }
  .tabs { justify-content: space-between; }
  .count { display: none; }
  .controls { flex-wrap: wrap; }
  .controls button { padding-inline: 6px; }
  .row { gap: 8px; padding-inline: 8px; }
  .head { padding: 8px; }
  .bar { padding-inline: 8px; }
  [role='tab'] { padding-inline: 5px; }
}
@media (max-width: 560px) {
  :host { height: 36rem; }
}
@media (prefers-reduced-motion: no-preference) {
  [data-status='connecting'] .status::before, [data-status='reconnecting'] .status::before { animation: beat 1.2s ease-in-out infinite alternate; }
  @keyframes beat { to { opacity: 0.3; } }
}
`;
