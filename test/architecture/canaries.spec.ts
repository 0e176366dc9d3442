import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(__dirname, '..', '..');
const cage = join(__dirname, 'canaries');

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(cage, join(entry.parentPath, entry.name)));

const canaries = files(cage).flatMap((file) => {
  const rule = /^\/\/ breaks: (\S+)(?: (.*))?\n/.exec(readFileSync(join(cage, file), 'utf8'));
  return rule ? [{ file, rule: rule[1], about: rule[2] }] : [];
});
const ofWalls = canaries.filter((canary) => canary.about === undefined);
const ofLint = canaries.filter((canary) => canary.about !== undefined);

describe('The boundaries between contexts', () => {
  const rules = jest.requireActual<{ forbidden: { name: string }[] }>('../../.dependency-cruiser.cjs').forbidden;
  let caught: { rule: { name: string }; from: string }[];

  beforeAll(() => {
    const run = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        ...['libs', 'apps', 'migrations', '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'],
      ],
      { cwd: cage, encoding: 'utf8', maxBuffer: 64e6 },
    );
    if (!run.stdout) throw new Error(run.stderr);
    caught = (JSON.parse(run.stdout) as { summary: { violations: typeof caught } }).summary.violations;
  }, 60_000);

  it.each(ofWalls)('$rule catches $file', ({ file, rule }) => {
    expect(caught.filter((violation) => violation.from === file).map((violation) => violation.rule.name)).toContain(
      rule,
    );
  });

  it('the canaries use the import aliases of the shop', () => {
    const aliases = (folder: string): unknown =>
      (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { imports: unknown }).imports;
    expect(aliases(cage)).toEqual(aliases(root));
  });

  it.each(rules)('$name has a canary', ({ name }) => {
    expect(ofWalls.map((canary) => canary.rule)).toContain(name);
  });

  it('every canary breaks an existing rule', () => {
    expect(rules.map((rule) => rule.name)).toEqual(expect.arrayContaining(ofWalls.map((canary) => canary.rule)));
  });
});

describe('The lint rules', () => {
  let found: { filePath: string; messages: { ruleId: string; message: string }[] }[];

  beforeAll(() => {
    const run = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/eslint/bin/eslint.js'),
        ...[
          '--config',
          join(root, 'eslint.config.mjs'),
          '--no-ignore',
          '--format',
          'json',
          ...ofLint.map((canary) => canary.file),
        ],
      ],
      { cwd: cage, encoding: 'utf8', maxBuffer: 64e6 },
    );
    if (!run.stdout) throw new Error(run.stderr);
    found = JSON.parse(run.stdout) as typeof found;
  }, 60_000);

  it.each(ofLint)('$rule catches $about in $file', ({ file, rule, about }) => {
    const messages = found.find((result) => result.filePath === join(cage, file))?.messages ?? [];
    const mine = messages.filter((message) => message.ruleId === rule);
    for (const words of about.split(', ')) expect(mine.map((message) => message.message).join('\n')).toContain(words);
  });

  it('every boundary rule has a canary', () => {
    const walls = execFileSync(process.execPath, ['--input-type=module', '-e', printWalls], {
      cwd: root,
      encoding: 'utf8',
    });
    const heard = found.flatMap((result) => result.messages.map((each) => each.message)).join('\n');
    for (const words of JSON.parse(walls) as string[]) expect(heard).toContain(words);
  });
});

/** Prints what each restriction of eslint.config.mjs says when it is broken. */
const printWalls = `
  const { default: config } = await import('./eslint.config.mjs');
  const texts = new Set();
  for (const part of config)
    for (const [rule, setting] of Object.entries(part.rules ?? {}))
      if (rule.startsWith('no-restricted') && Array.isArray(setting))
        for (const option of setting.slice(1))
          texts.add(option.selector ? option.message : option.property ? "'" + option.object + '.' + option.property + "'" : "'" + option.name + "'");
  console.log(JSON.stringify([...texts]));
`;
