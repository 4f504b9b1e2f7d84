import { type EventClient, type EventPattern, type StreamEvent } from 'pushstream-client';
import { useEventStream } from 'pushstream-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { TaskEvents } from '../../task-events.ts';

/** Of as many events the text is shown. */
const SHOWN = 20;
const TYPES = ['task.created', 'task.progress', 'task.completed'] as const satisfies
  | readonly EventPattern[]
  | readonly string[];

/** What a list tells: each commit, and how many events it has shown. */
export interface ListProps {
  readonly committed: (events: number) => void;
}

function List({
  count,
  lines,
  committed,
}: ListProps & { readonly count: number; readonly lines: readonly string[] }): ReactNode {
  useEffect(() => committed(count));
  return (
    <>
      <p>{count.toLocaleString('en')} events</p>
      <ol>
        {lines.map((line, at) => (
          <li key={at}>{line}</li>
        ))}
      </ol>
    </>
  );
}

/** The newest events through the hook: rendered once per frame at most. */
export function BoundList({ client, committed }: ListProps & { readonly client: EventClient<TaskEvents> }): ReactNode {
  const { events, dropped } = useEventStream(client, { history: SHOWN });
  const lines = events.map(({ raw }: StreamEvent) => raw).toReversed();
  return <List count={events.length + dropped} lines={lines} committed={committed} />;
}

/** The same as it is written without: an `EventSource`, and a state that is set for each event. */
export function NaiveList({
  url,
  opened,
  committed,
}: ListProps & { readonly url: string; readonly opened: () => void }): ReactNode {
  const [{ count, lines }, setShown] = useState<{ count: number; lines: readonly string[] }>({ count: 0, lines: [] });
  useEffect(() => {
    const source = new EventSource(url);
    source.addEventListener('open', opened);
    for (const type of TYPES) {
      source.addEventListener(type, ({ data }: MessageEvent<string>) =>
        setShown((before) => ({ count: before.count + 1, lines: [data, ...before.lines].slice(0, SHOWN) })),
      );
    }
    return () => source.close();
  }, [url, opened]);
  return <List count={count} lines={lines} committed={committed} />;
}
