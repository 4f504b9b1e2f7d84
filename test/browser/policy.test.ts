import { expect, test } from 'vitest';
import { describeInChromium } from '../support/browser.ts';

const DIRECTIVES = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "require-trusted-types-for 'script'",
];

describeInChromium('content security policy', { simulate: true }, (tests) => {
  const { open } = tests;
  test.each([
    ['UMD', '/umd.html'],
    ['whole', '/'],
  ])('%s: a strict CSP page works: no violation reported, no console error', async (_name, path) => {
    const { page, complaints, until, shown } = await open(path);
    await until(({ delivered }) => delivered.length >= 5);
    const policy = await page.evaluate(async () => (await fetch(location.href)).headers.get('content-security-policy'));
    expect(policy?.split('; ')).toEqual(expect.arrayContaining(DIRECTIVES));
    // The streams are of another origin: that one, and no other.
    expect(policy).toContain(`connect-src 'self' ${new URL(tests.playground.eventsUrl).origin};`);
    await expect.poll(() => shown('status-word')).toBe('Connected');
    expect(complaints).toEqual([]);

    // The witness is awake: what the policy forbids is reported.
    await expect(page.evaluate(() => (document.createElement('script').text = '1'))).rejects.toThrow('TrustedScript');
    await expect.poll(() => complaints.join('\n')).toContain('require-trusted-types-for');
    await page.close();
  });

  test.each([
    ['UMD', '/umd.html', ['/pushstream.min.js']],
    // One copy for all its panels, or they could not share a stream.
    ['whole', '/', ['/pushstream.js']],
  ])('the %s page runs one copy of the client', async (_name, path, files) => {
    const { page } = await open(path);
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    const paths = loaded.map((name) => new URL(name).pathname);
    expect(paths.filter((loadedPath) => loadedPath.startsWith('/pushstream'))).toEqual(files);
    await page.close();
  });
});
