// The workspace's packages as they are written, so that nothing of them has to be built: `node --import ./server/sources.ts`.
import { registerHooks } from 'node:module';

const packages = new URL('../../packages/', import.meta.url);

registerHooks({
  resolve(specifier, context, next) {
    const [, name, entry] = /^pushstream-(client|server)(?:\/(.+))?$/.exec(specifier) ?? [];
    if (name === undefined) return next(specifier, context);
    return next(new URL(`${name}/src/${entry === undefined ? '' : `${entry}/`}index.ts`, packages).href, context);
  },
});
