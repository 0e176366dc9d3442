// npm run bench: the production build on a fresh database, measured, as tables. Nothing here decides whether a test passes.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { appending } from './appending.mjs';
import { browsing } from './browsing.mjs';
import { buying, fillShelves } from './buying.mjs';
import { openShop } from './shop.mjs';

function print({ title, head, rows }) {
  console.log(`\n${title}\n`);
  const all = [head, head.map(() => '---'), ...rows];
  for (const row of all) console.log(`| ${row.join(' | ')} |`);
}

const folder = mkdtempSync(join(tmpdir(), 'shop-bench-'));
const wanted = process.argv.slice(2);
const wants = (name) => wanted.length === 0 || wanted.includes(name);
console.log(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
);

try {
  const cold = await openShop(folder);
  await cold.close();
  const shop = await openShop(folder);
  print({
    title: 'Start-up: from the process to the first 200 of /health/ready, the demo catalogue included',
    head: ['cold (new database), s', 'warm, s', 'resident memory, MB'],
    rows: [[(cold.readyMs / 1000).toFixed(2), (shop.readyMs / 1000).toFixed(2), Math.round(shop.memoryMb())]],
  });
  if (wants('browsing')) print(await browsing(shop));
  if (wants('buying')) {
    await fillShelves(shop);
    for (const table of await buying(shop)) print(table);
  }
  const memory = Math.round(shop.memoryMb());
  await shop.close();
  console.log(`\nResident memory at the end: ${memory} MB`);
  if (wants('appending')) print(await appending(folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
