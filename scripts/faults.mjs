// npm run faults: runs all fault tests, and then writes the table between the two HTML comments in docs/faults.md.
// npm run faults -- --table only writes the table, from the stored results in the folder .faults.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const resultsFile = join(root, '.faults', 'tried.jsonl');
const faultsDoc = join(root, 'docs', 'faults.md');
const args = process.argv.slice(2).filter((arg) => arg !== '--table');
let status = 0;

if (!process.argv.includes('--table')) {
  if (args.length === 0) rmSync(resultsFile, { force: true });
  const run = spawnSync(process.execPath, ['scripts/test.mjs', '--faults', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, FAULTS: 'whole' },
  });
  status = run.status ?? 1;
}
if (existsSync(resultsFile)) {
  const faults = new Map();
  for (const line of readFileSync(resultsFile, 'utf8').split('\n').filter(Boolean)) {
    const one = JSON.parse(line);
    const sum = faults.get(one.fault) ?? { tried: 0, lost: 0, recovery: [], note: '', at: '' };
    sum.tried += one.tried;
    sum.lost += one.lost;
    sum.recovery.push(...(one.recoveryMs ?? []));
    sum.note = one.note ?? sum.note;
    sum.at = one.at.slice(0, 10);
    faults.set(one.fault, sum);
  }
  const seconds = (values, share) =>
    values.length === 0
      ? '–'
      : (
          [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] / 1000
        ).toFixed(1);
  const rows = [...faults].map(
    ([fault, { tried, lost, recovery, note, at }]) =>
      `| ${fault} | ${tried.toLocaleString('en')} | ${lost} | ${seconds(recovery, 0.5)} | ${seconds(recovery, 1)} | ${at} | ${note} |`,
  );
  const table = [
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}.`,
    '',
    '| fault | tried | lost | back after, s (median) | (longest) | seen | |',
    '|---|---:|---:|---:|---:|---|---|',
    ...rows,
  ].join('\n');
  const text = readFileSync(faultsDoc, 'utf8');
  writeFileSync(faultsDoc, text.replace(/(<!-- table -->)[^]*(<!-- end -->)/, `$1\n\n${table}\n\n$2`));
}
process.exit(status);
