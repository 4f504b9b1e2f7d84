/** One stream, as the chunks in which the network brings it. */
export interface Workload {
  readonly name: string;
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
  readonly events: number;
}

const KILO = 1024;
const STREAM_BYTES = 12 * KILO * KILO;
const CHUNK_BYTES = 64 * KILO;

const encoder = new TextEncoder();

/** Repeats what `block` gives for 0, 1, 2 … until the stream is long enough, and cuts it into chunks. */
function workload(
  name: string,
  block: (index: number) => string,
  chunkBytes: number | 'block' = CHUNK_BYTES,
): Workload {
  const blocks: Uint8Array[] = [];
  let bytes = 0;
  for (let index = 0; bytes < STREAM_BYTES; index += 1) {
    const encoded = encoder.encode(block(index));
    blocks.push(encoded);
    bytes += encoded.length;
  }
  return {
    name,
    chunks: chunkBytes === 'block' ? blocks : cut(blocks, bytes, chunkBytes),
    bytes,
    events: blocks.length,
  };
}

function cut(blocks: readonly Uint8Array[], bytes: number, chunkBytes: number): Uint8Array[] {
  const stream = new Uint8Array(bytes);
  let offset = 0;
  for (const block of blocks) {
    stream.set(block, offset);
    offset += block.length;
  }
  // A copy each: fetch hands out arrays that share nothing.
  return Array.from({ length: Math.ceil(bytes / chunkBytes) }, (_, at) =>
    stream.slice(at * chunkBytes, (at + 1) * chunkBytes),
  );
}

function small(index: number, lineEnd = '\n'): string {
  const data = `{"taskId":"task-${index % 977}","percentage":${index % 101},"step":"uploading part ${index % 13}"}`;
  return [`id: k3Jx.${index}`, 'event: task.progress', `data: ${data}`, '', ''].join(lineEnd);
}

function delta(index: number): string {
  const choice = `{"index":0,"delta":{"content":" token${index % 100}"},"logprobs":null,"finish_reason":null}`;
  return `data: {"id":"chatcmpl-A1b2C3d4E5f6G7h8I9j0","object":"chat.completion.chunk","created":1721000000,"model":"gpt-4o-mini","system_fingerprint":"fp_0123456789","choices":[${choice}]}\n\n`;
}

function large(index: number): string {
  const row = `{"row":${index % 1000},"name":"the quick brown fox","ok":true},`;
  return `event: snapshot\ndata: [${row.repeat(Math.ceil((64 * KILO) / row.length))}0]\n\n`;
}

function cjk(index: number): string {
  return `id: ${index}\nevent: \u6D88\u606F\ndata: ${'\u4E16\u754C\u4F60\u597D\u8FD9\u662F\u4E00\u6761\u6D88\u606F'.repeat(6)}${index}\n\n`;
}

function accents(index: number): string {
  return `event: chat\ndata: {"text":"d\u00E9j\u00E0 vu ${index}, na\u00EFve caf\u00E9 with a longer plain tail behind it \u2026"}\n\n`;
}

function lines(index: number): string {
  return `event: log\n${`data: ${index} a line of a log that goes on and on\n`.repeat(12)}\n`;
}

/** What the parsers are measured on; the first and the third are the ones with a promise. */
export const workloads: readonly Workload[] = [
  workload('small named JSON', small),
  workload('token deltas', delta),
  workload('64 KB events', large),
  workload('CJK', cjk),
  workload('accents', accents),
  workload('12 data lines', lines),
  workload('small, CRLF', (index) => small(index, '\r\n')),
  workload('small, CR', (index) => small(index, '\r')),
  workload('an event per chunk', small, 'block'),
  workload('4 KiB chunks', small, 4 * KILO),
  workload('chunks of 16 bytes', small, 16),
];
