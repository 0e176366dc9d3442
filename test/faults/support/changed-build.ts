import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');

/** `dist` is copied first, so that it is older than the sources. Then the compiler builds only what has changed. */
const COPIED = ['dist', 'apps', 'libs', 'migrations', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'test/faults/support/crash-points.cjs']; // prettier-ignore

/** One exact change of a source file. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const insertBefore = (file: string, from: string, ...lines: readonly string[]): Edit => ({
  file,
  from,
  to: [...lines, from].join('\n'),
});
export const insertAfter = (file: string, from: string, line: string): Edit => ({ file, from, to: `${from}\n${line}` });
export const replaceText = (file: string, from: string, to: string): Edit => ({ file, from, to });

export interface ChangedBuild {
  /** The folder of the build, with its `scripts/start.mjs`. */
  readonly folder: string;
  remove(): void;
}

/**
 * Makes a second build from a copy of the sources, with new files and exact changes. This build is compiled like the
 * shop itself.
 */
export async function changedBuild(overlay: string, edits: readonly Edit[]): Promise<ChangedBuild> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-changed-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    for (const path of COPIED)
      if (existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    cpSync(overlay, folder, { recursive: true });
    for (const edit of edits) {
      const file = join(folder, edit.file);
      writeFileSync(file, applyEdit(readFileSync(file, 'utf8'), edit));
    }
    await build(folder);
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Throws if the source no longer has the text that the change replaces. */
function applyEdit(text: string, { file, from, to }: Edit): string {
  const parts = text.split(from);
  if (parts.length !== 2)
    throw new Error(
      `${file} has "${from}" ${parts.length - 1} times, but must have it once: correct the edits in the test`,
    );
  return parts.join(to);
}

async function build(folder: string): Promise<void> {
  const script = "import('./scripts/ensure-built.mjs').then(({ ensureBuilt }) => ensureBuilt({ quiet: true }))";
  const child = spawn(process.execPath, ['-e', script], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the changed build does not compile:\n${printed}`);
}
