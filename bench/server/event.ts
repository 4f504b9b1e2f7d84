// What all servers send, and how readers find it.

export const TYPE = 'task.progress';

/** Once in each event, and in nothing else that is sent: readers count it. Behind it is when it was published, in µs. */
export const MARK = '~';

/** A clock that all processes of this machine share, in microseconds. */
export const micros = (): number => Number(process.hrtime.bigint() / 1000n);

/** About 240 bytes on the wire, with its fields and its framing. */
export const progress = (index: number): object => ({
  taskId: `task-${1000 + (index % 977)}`,
  percentage: index % 101,
  step: 'uploading the parts of the second archive to its place',
  sent: `${MARK}${micros()}`,
  note: 'and there are some more to be done after this one.',
});
