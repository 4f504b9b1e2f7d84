import { expect, test } from 'vitest';
import { describeInChromium } from '../support/browser.ts';

const DIRECTIVES = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
];

describeInChromium('content security policy', { simulate: true }, ({ open }) => {
  test.each([
    ['UMD', '/umd.html'],
    ['ESM', '/'],
  ])('%s: a strict CSP page works: no violation reported, no console error', async (_name, path) => {
    const { page, complaints, until, shown } = await open(path);
    await until(({ delivered }) => delivered.length >= 5);
    const policy = await page.evaluate(async () => (await fetch(location.href)).headers.get('content-security-policy'));
    expect(policy?.split('; ')).toEqual(expect.arrayContaining(DIRECTIVES));
    await expect.poll(() => shown('status-word')).toBe('Connected');
    expect(complaints).toEqual([]);

    // The witness is awake: what the policy forbids is reported.
    await expect(page.evaluate(() => (document.createElement('script').text = '1'))).rejects.toThrow('TrustedScript');
    await expect.poll(() => complaints.join('\n')).toContain('require-trusted-types-for');
    await page.close();
  });

  test.each([
    ['UMD', '/umd.html', ['/pushstream.min.js']],
    ['ESM', '/', ['/dist/index.mjs']],
  ])('the %s page runs the file that users get', async (_name, path, files) => {
    const { page } = await open(path);
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    const ours = loaded.map((name) => /(\/pushstream.*\.js|\/packages\/client(.*))$/.exec(new URL(name).pathname));
    const names = ours.flatMap((match) => (match ? [match[2] ?? match[1]] : []));
    // What entries share comes with them.
    expect(names.filter((name) => !name?.startsWith('/dist/shared-'))).toEqual(files);
    await page.close();
  });
});
