/** A client in a process of its own that must end by itself. Arguments: the stream's URL, and what to do. */
import { EventClient } from '../../packages/client/src/index.ts';

const [, , url = '', task = ''] = process.argv;
const client = new EventClient(url, { reconnect: { baseDelayMs: 1 } });

function leave(): void {
  client.disconnect();
  process.stdout.write('disconnected\n');
}

switch (task) {
  case 'idle':
    break;
  case 'connecting':
    process.once('SIGTERM', leave);
    client.connect();
    break;
  case 'open':
    client.lifecycle.on('open', leave);
    client.connect();
    break;
  case 'event':
    client.on('message', leave);
    client.connect();
    break;
  case 'waiting':
    client.lifecycle.on('retry', leave);
    client.connect();
    break;
  case 'until closed':
    client.lifecycle.on('close', () => process.stdout.write('closed\n'));
    client.connect();
    break;
  case 'hostile names':
    client.on('done', leave);
    client.connect();
    break;
  default:
    throw new Error(`Expected a task, got ${task}`);
}
