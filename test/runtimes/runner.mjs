// Runs in a process of any runtime, beside an installed `pushstream-client`. Arguments: the task, and where the server is.
import process from 'node:process';
import * as library from 'pushstream-client';
import { nodeTransport } from 'pushstream-client/node';
import { suite } from './suite.mjs';

const [, , task, baseUrl] = process.argv;
const version = process.versions.bun ?? process.versions.deno ?? process.version;

/** As the class, over `node:http`. */
class NodeEventClient extends library.EventClient {
  constructor(url, options) {
    super(url, { transport: nodeTransport(), ...options });
  }
}

async function report(tested) {
  console.log(JSON.stringify({ version, results: await suite(tested, baseUrl) }));
}

if (task === 'fetch') await report(library);
else if (task === 'node:http') await report({ ...library, EventClient: NodeEventClient });
else {
  // Everything is the host's own here, what reports an error included.
  const client = new library.EventClient(`${baseUrl}/throwing`);
  client.on('message', (data) => {
    if (data === 1) throw new Error('thrown by a listener');
    client.disconnect();
    console.log('received', data);
  });
  client.connect();
}
