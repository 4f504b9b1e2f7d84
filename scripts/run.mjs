import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The workspace's own tools come first, its Node 24 among them. */
export const env = () => ({
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
});

/** For Node: what it runs does not outlive whoever started it. */
export const mortal = ['--import', new URL('mortal.mjs', import.meta.url).href];

/** Of what ended so: to end when that is asked for is no failure. */
export const exitCode = (code, signal) => (['SIGINT', 'SIGTERM', 'SIGHUP'].includes(signal) ? 0 : (code ?? 1));

/** Runs a command line in the root; `show` passes its output through, otherwise it is collected. */
export function run(command, { show = false, extraEnv = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, {
      cwd: root,
      env: { ...env(), ...extraEnv },
      shell: true,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let output = '';
    const collect = (chunk) => (output += chunk);
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.on('close', (code, signal) => resolve({ code: code ?? 1, signal, output }));
  });
}
