// The compiled code of the shop.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = process.env.BENCH_BUILD ?? fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

export const built = (path) => require(join(root, 'dist', path));
