import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { emptyVerdict, merge } from './judge.ts';
import type { Answer, CallName, CrowdCalls, Judged, Reached, Transport } from './messages.ts';

/** All the clients, in one process for each transport. */
export interface Crowd extends AsyncDisposable {
  /** As `CrowdCalls` has them, for all processes together. */
  reach(asked: CrowdCalls['reach']['asked']): Promise<Reached>;
  leave(asked: CrowdCalls['leave']['asked']): Promise<void>;
  come(): Promise<void>;
  judge(asked: CrowdCalls['judge']['asked']): Promise<Judged>;
}

interface Member {
  ask<Name extends CallName>(name: Name, asked: CrowdCalls[Name]['asked']): Promise<CrowdCalls[Name]['answer']>;
  end(): Promise<void>;
}

function startMember(): Member {
  const child: ChildProcess = fork(new URL('crowd-process.ts', import.meta.url), [], { execArgv: [] });
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  child.on('message', ({ number, answer, problem }: Answer) => {
    const call = waiting.get(number);
    waiting.delete(number);
    if (problem === undefined) call?.resolve(answer);
    else call?.reject(new Error(problem));
  });
  const ended = (): Error => new Error('Expected clients, got the end of their process');
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(ended());
  });
  return {
    ask: (name, asked) =>
      new Promise((resolve, reject) => {
        calls += 1;
        // What comes back for a name is what that name answers.
        waiting.set(calls, { resolve, reject });
        child.send({ number: calls, name, asked }, (error) => error && reject(ended()));
      }),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Connects so many clients; resolves when all are open. */
export async function gather(url: string, count: number): Promise<Crowd> {
  const transports: readonly Transport[] = ['fetch', 'node:http'];
  const members = transports.map(startMember);
  const all = <Name extends CallName>(
    name: Name,
    asked: CrowdCalls[Name]['asked'],
  ): Promise<Array<CrowdCalls[Name]['answer']>> => Promise.all(members.map((member) => member.ask(name, asked)));
  const end = async (): Promise<void> => void (await Promise.all(members.map((member) => member.end())));
  try {
    await Promise.all(
      members.map((member, at) => {
        const share = Math.floor(count / 2) + (at < count % 2 ? 1 : 0);
        return member.ask('open', { url, count: share, transport: transports[at] ?? 'fetch' });
      }),
    );
  } catch (error) {
    await end();
    throw error;
  }
  return {
    async reach(asked) {
      const reached = await all('reach', asked);
      return {
        times: reached.flatMap(({ times }) => times),
        stragglers: reached.flatMap(({ stragglers }) => stragglers),
      };
    },
    leave: async (asked) => void (await all('leave', asked)),
    come: async () => void (await all('come', null)),
    async judge(asked) {
      const verdict = emptyVerdict();
      let reconnects = 0;
      for (const judged of await all('judge', asked)) {
        merge(verdict, judged.verdict);
        reconnects += judged.reconnects;
      }
      return { verdict, reconnects };
    },
    [Symbol.asyncDispose]: end,
  };
}
