'use strict';

// Plain JavaScript on purpose: what a page without any tooling would contain, behind <script src="/pushstream.js">.
globalThis.showTasks = (place, client, board, fold) => {
  const [status, count, ...rows] = place.querySelectorAll('b, i, li');
  // ✂
  const tasks = PushStream.liveState(client, {
    events: 'task.*',
    initial: board,
    reduce: fold,
  });

  const off = client.snapshot.subscribe((snapshot) => {
    status.textContent = snapshot.status;
  });
  tasks.subscribe((data) => {
    count.textContent = data.events;
    for (const { row, title, share } of data.rows) {
      const [name, progress] = rows[row].children;
      name.textContent = progress.ariaLabel = title;
      progress.value = share;
    }
  });
  // ✂
  return () => {
    off();
    tasks[Symbol.dispose]();
  };
};
