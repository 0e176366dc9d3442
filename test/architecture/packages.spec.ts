import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

/** The packages that the client requires. The running shop must use each of them. */
const requiredPackages = [
  ...['core', 'cqrs', 'passport', 'swagger', 'terminus', 'schedule', 'throttler', 'elasticsearch'].map(
    (name) => `@nestjs/${name}`,
  ),
  ...[
    'typeorm',
    'pg',
    'cache-manager',
    'cache-manager-ioredis-yet',
    'class-validator',
    'nest-winston',
    '@willsoto/nestjs-prometheus',
  ],
];

interface DependencyReport {
  modules: { source: string; dependencies: { module: string; dependencyTypes: string[] }[] }[];
}

describe('The project', () => {
  let used: Set<string>;

  beforeAll(() => {
    const run = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        ...['apps/api/src/main.ts', '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'],
      ],
      { cwd: root, encoding: 'utf8', maxBuffer: 256e6 },
    );
    if (!run.stdout) throw new Error(run.stderr);
    used = new Set(
      (JSON.parse(run.stdout) as DependencyReport).modules
        .filter((module) => !module.source.includes('node_modules'))
        .flatMap((module) => module.dependencies)
        .filter((dependency) => !dependency.dependencyTypes.includes('type-only'))
        .map((dependency) =>
          dependency.module
            .split('/')
            .slice(0, dependency.module.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    );
  }, 60_000);

  it.each(requiredPackages)('uses %s in code of the running shop', (name) => {
    expect(used).toContain(name);
  });

  it('runs its tests with jest', () => {
    expect(readFileSync(join(root, 'scripts/test.mjs'), 'utf8')).toContain('node_modules/jest/bin/jest.js');
  });
});
