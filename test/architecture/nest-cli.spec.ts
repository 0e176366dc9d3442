import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

interface Project {
  readonly type: 'application' | 'library';
  readonly root: string;
  readonly sourceRoot: string;
  readonly entryFile: string;
}

const { projects } = JSON.parse(readFileSync(join(root, 'nest-cli.json'), 'utf8')) as {
  projects: Readonly<Record<string, Project>>;
};
const folders = (kind: string): string[] =>
  readdirSync(join(root, kind), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${kind}/${name}`);

describe('nest-cli.json', () => {
  it('names every app and every library once', () => {
    const named = Object.values(projects).map((project) => project.root);
    expect(named.sort()).toEqual([...folders('apps'), ...folders('libs')].sort());
  });

  it.each(Object.entries(projects))('names an entry file of %s that exists', (_, { sourceRoot, entryFile }) => {
    expect(existsSync(join(root, sourceRoot, `${entryFile}.ts`))).toBe(true);
  });
});
