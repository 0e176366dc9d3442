import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(__dirname, '..', '..');
const canariesFolder = join(__dirname, 'canaries');

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(canariesFolder, join(entry.parentPath, entry.name)));

const canaries = filesIn(canariesFolder).flatMap((file) => {
  const rule = /^\/\/ breaks: (\S+)(?: (.*))?\n/.exec(readFileSync(join(canariesFolder, file), 'utf8'));
  return rule ? [{ file, rule: rule[1], about: rule[2] }] : [];
});
const dependencyCanaries = canaries.filter((canary) => canary.about === undefined);
const lintCanaries = canaries.filter((canary) => canary.about !== undefined);

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
      { cwd: canariesFolder, encoding: 'utf8', maxBuffer: 64e6 },
    );
    if (!run.stdout) throw new Error(run.stderr);
    caught = (JSON.parse(run.stdout) as { summary: { violations: typeof caught } }).summary.violations;
  }, 60_000);

  it.each(dependencyCanaries)('$rule catches $file', ({ file, rule }) => {
    expect(caught.filter((violation) => violation.from === file).map((violation) => violation.rule.name)).toContain(
      rule,
    );
  });

  it('the canaries have the same import aliases as the shop', () => {
    const aliases = (folder: string): unknown =>
      (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { imports: unknown }).imports;
    expect(aliases(canariesFolder)).toEqual(aliases(root));
  });

  it.each(rules)('$name has a canary', ({ name }) => {
    expect(dependencyCanaries.map((canary) => canary.rule)).toContain(name);
  });

  it('every canary breaks an existing rule', () => {
    expect(rules.map((rule) => rule.name)).toEqual(
      expect.arrayContaining(dependencyCanaries.map((canary) => canary.rule)),
    );
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
          ...lintCanaries.map((canary) => canary.file),
        ],
      ],
      { cwd: canariesFolder, encoding: 'utf8', maxBuffer: 64e6 },
    );
    if (!run.stdout) throw new Error(run.stderr);
    found = JSON.parse(run.stdout) as typeof found;
  }, 60_000);

  it.each(lintCanaries)('$rule catches $about in $file', ({ file, rule, about }) => {
    const messages = found.find((result) => result.filePath === join(canariesFolder, file))?.messages ?? [];
    const messagesOfRule = messages.filter((message) => message.ruleId === rule);
    for (const words of about.split(', '))
      expect(messagesOfRule.map((message) => message.message).join('\n')).toContain(words);
  });

  it('every restriction of eslint.config.mjs has a canary', () => {
    const restrictions = execFileSync(process.execPath, ['--input-type=module', '-e', printMessages], {
      cwd: root,
      encoding: 'utf8',
    });
    const reported = found.flatMap((result) => result.messages.map((each) => each.message)).join('\n');
    for (const words of JSON.parse(restrictions) as string[]) expect(reported).toContain(words);
  });
});

/** Prints the message of each restriction in eslint.config.mjs. */
const printMessages = `
  const { default: config } = await import('./eslint.config.mjs');
  const texts = new Set();
  for (const part of config)
    for (const [rule, setting] of Object.entries(part.rules ?? {}))
      if (rule.startsWith('no-restricted') && Array.isArray(setting))
        for (const option of setting.slice(1))
          texts.add(option.selector ? option.message : option.property ? "'" + option.object + '.' + option.property + "'" : "'" + option.name + "'");
  console.log(JSON.stringify([...texts]));
`;
