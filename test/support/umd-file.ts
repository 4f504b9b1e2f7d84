import { fileURLToPath } from 'node:url';

/** The file that users put into a script tag; `npm run build` makes it. */
export const umdFile: string = fileURLToPath(new URL('../../packages/client/dist/pushstream.min.js', import.meta.url));
