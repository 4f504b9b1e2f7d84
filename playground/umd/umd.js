'use strict';

// Plain JavaScript on purpose: what a page without any tooling would contain.
void (async () => {
  const WORDS = {
    idle: 'Idle',
    connecting: 'Connecting',
    open: 'Connected',
    reconnecting: 'Reconnecting',
    paused: 'Paused',
    closed: 'Disconnected',
  };
  const page = new URLSearchParams(location.search);
  const at = (id) => document.getElementById(id);
  const show = (id, text) => {
    if (at(id).textContent !== text) at(id).textContent = text;
  };
  const placeOf = (id) => {
    const dot = id.lastIndexOf('.');
    return { epoch: id.slice(0, dot), seq: Number(id.slice(dot + 1)) };
  };
  const getJson = async (path) => (await fetch(path)).json();

  const [{ eventsUrl }, { cursor: baseline }] = await Promise.all([getJson('/api/setup'), getJson('/api/tasks')]);
  const delivered = [];
  const errors = [];
  const missing = new Set();
  let { epoch, seq: highest } = placeOf(baseline);
  let announced = highest;
  // What earlier epochs add.
  let before = -highest;
  let lostBefore = 0;
  const counts = { published: 0, delivered: 0, lost: 0, lostUnknown: false, duplicated: 0, outOfOrder: 0 };

  function count(id) {
    const place = placeOf(id);
    if (place.epoch !== epoch || (place.seq <= highest && !missing.has(place.seq))) {
      counts.duplicated += 1;
      return;
    }
    counts.delivered += 1;
    if (missing.delete(place.seq)) counts.outOfOrder += 1;
    else {
      miss(place.seq - 1);
      highest = place.seq;
    }
  }

  function miss(upTo) {
    while (highest < upTo) missing.add((highest += 1));
  }

  function reset(resumedFrom) {
    const place = placeOf(resumedFrom);
    if (place.epoch === epoch) {
      miss(place.seq);
      return;
    }
    before += highest;
    lostBefore += missing.size;
    counts.lostUnknown = true;
    missing.clear();
    ({ epoch, seq: announced } = place);
    // A new epoch counts from 1: what it had before the stream went on never came either.
    highest = 0;
    miss(announced);
  }

  const options = {
    lastEventId: baseline,
    headers: async () => {
      const { token } = await getJson('/api/token');
      return token === null ? {} : { authorization: `Bearer ${token}` };
    },
    query: { heartbeatMs: Number(page.get('heartbeatMs') ?? 1000) },
    dedupe: { always: 'always', reconnect: 'reconnect', off: false }[page.get('dedupe') ?? 'always'],
    // Somebody who breaks it again and again does not want to wait longer and longer.
    reconnect: { baseDelayMs: Number(page.get('baseDelayMs') ?? 1000), maxDelayMs: 4000, healthyAfterMs: 2000 },
  };
  if (page.has('heartbeatTimeoutMs')) options.heartbeatTimeoutMs = Number(page.get('heartbeatTimeoutMs'));

  const client = new PushStream.EventClient(eventsUrl, options);
  let asked = false;

  function changed() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(render);
  }

  function render() {
    asked = false;
    counts.published = before + Math.max(announced, highest);
    counts.lost = lostBefore + missing.size;
    const toCome = counts.published - counts.delivered - counts.lost;
    for (const name of ['published', 'delivered', 'lost', 'duplicated']) show(name, counts[name].toLocaleString('en'));
    for (const name of ['lost', 'duplicated']) at(name).parentElement.classList.toggle('bad', counts[name] > 0);
    show('lost-note', counts.lostUnknown ? 'at least' : 'never came');
    show('on-the-way', toCome > 0 ? `${toCome.toLocaleString('en')} to come` : 'every one, in order');
    show('reconnects', String(Math.max(0, client.snapshot.value.opens - 1)));
    show('last-event-id', client.lastEventId || '–');
  }

  function renderConnection({ status, error, retry, opens }) {
    // Everything here is of this machine's own server.
    const message = error?.message.replace(new URL(eventsUrl).origin, '');
    const reason = message ?? 'the server ended the stream';
    at('status').dataset.status = status;
    at('status').toggleAttribute('data-failed', status === 'closed' && error !== null);
    show('status-word', WORDS[status]);
    show('live', error ? `${WORDS[status]}: ${error.message}` : WORDS[status]);
    if (retry) show('detail', `Next attempt after ${(retry.delayMs / 1000).toFixed(1)} s · ${reason}`);
    else if (status === 'open') show('detail', `Connection ${opens} of this page`);
    else show('detail', message ?? 'Waiting for the server');
    changed();
  }

  async function audit() {
    try {
      const ledger = await getJson('/api/ledger');
      if (ledger.epoch === epoch) announced = Math.max(announced, ledger.head);
      changed();
    } catch {
      // Without a server there is nothing to compare with; the status says so.
    }
  }

  client.on('*', (data, { id }) => {
    if (id === undefined) return;
    count(id);
    if (delivered.push(id) > 100000) delivered.splice(0, 50000);
    changed();
  });
  client.lifecycle.on('error', (error) => errors.push(error));
  client.lifecycle.on('reset', ({ resumedFrom }) => reset(resumedFrom));
  client.snapshot.subscribe(renderConnection);

  for (const button of document.querySelectorAll('[data-post]')) {
    button.addEventListener('click', () => {
      const body = button.dataset.body;
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      fetch(button.dataset.post, { method: 'POST', body, headers }).catch(() =>
        show('detail', 'The server could not be reached'),
      );
    });
  }
  setInterval(() => document.hidden || audit(), 1000);

  window.playground = { client, baseline, delivered, errors, counts };
  client.connect();
})();
