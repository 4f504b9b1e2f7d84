import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elapse } from '../../support/until.ts';
import { cert, key } from '../../transports/certificate.ts';

/** Whether there is one on this machine. */
export const hasNginx: boolean = spawnSync('nginx', ['-v']).status === 0;

/** In CI nothing is skipped. */
export const nginxMayMiss: boolean = process.env['CI'] !== 'true';

/** A proxy of its own, with a folder, ports and a process of its own. */
export interface Nginx extends AsyncDisposable {
  /** Of plain HTTP. */
  readonly origin: string;
  /** Of HTTP/2 over TLS. */
  readonly secureOrigin: string;
  /** What it complained about. */
  readonly complaints: string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** `locations`: what stands in its two servers. */
const configuration = (folder: string, port: number, securePort: number, locations: string): string => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr error;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    ${locations}
  }
  server {
    listen 127.0.0.1:${securePort} ssl http2;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    ${locations}
  }
}
`;

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

/** Starts one; it is the test's until it is disposed of. */
export async function startNginx(locations: string): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'pushstream-nginx-'));
  const [port, securePort] = [await freePort(), await freePort()];
  await Promise.all([
    writeFile(join(folder, 'nginx.conf'), configuration(folder, port, securePort, locations)),
    writeFile(join(folder, 'cert.pem'), cert),
    writeFile(join(folder, 'key.pem'), key),
  ]);
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  let isOver = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  child.on('exit', () => (isOver = true));
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (isOver || tries > 500) throw new Error(`Expected nginx to start, got: ${complaints}`);
    await elapse(10);
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    secureOrigin: `https://127.0.0.1:${securePort}`,
    get complaints() {
      return complaints;
    },
    async [Symbol.asyncDispose]() {
      if (!isOver) {
        const exit = once(child, 'exit');
        child.kill('SIGTERM');
        await exit;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
