import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';

const root = join(__dirname, '../..');

type Resolve = (request: string, ...rest: unknown[]) => string;
const loader = Module as unknown as { _resolveFilename: Resolve };

const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  imports: Record<string, { 'shop-source': string }>;
};

function source(request: string): string {
  for (const [pattern, { 'shop-source': path }] of Object.entries(imports)) {
    const [head = '', tail] = pattern.split('*');
    if (tail === undefined ? request === pattern : request.startsWith(head))
      return join(root, path.replace('*', request.slice(head.length)));
  }
  return request;
}

/** Makes Node load the sources for `#…` imports. Jest does not use its module mapping in its global set-up. */
export function resolveToSources(): void {
  const resolve = loader._resolveFilename;
  loader._resolveFilename = (request, ...rest) =>
    resolve.call(loader, request.startsWith('#') ? source(request) : request, ...rest);
}
