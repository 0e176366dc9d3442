// npm run bench: measures the production build on a fresh database, and prints tables. No test depends on the results.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShop } from './shop.mjs';

function print({ title, head, rows }) {
  console.log(`\n${title}\n`);
  const all = [head, head.map(() => '---'), ...rows];
  for (const row of all) console.log(`| ${row.join(' | ')} |`);
}

/** Sections that use the open shop, and sections with a database of their own. */
const inOpenShop = {
  browsing: async (shop) => [await (await import('./browsing.mjs')).browsing(shop)],
  buying: async (shop) => {
    const { buying, fillShelves } = await import('./buying.mjs');
    await fillShelves(shop);
    return buying(shop);
  },
};
const withOwnDatabase = {
  history: async () => [await (await import('./history.mjs')).history()],
  fold: async () => [await (await import('./fold.mjs')).fold()],
  lag: async () => [await (await import('./lag.mjs')).lag()],
  sizes: async () => [await (await import('./sizes.mjs')).sizes()],
  appends: async () => [await (await import('./appends.mjs')).appends()],
  entities: async () => [await (await import('./entities.mjs')).entities()],
  stalls: async () => [await (await import('./stalls.mjs')).stalls()],
  rebuild: async () => (await import('./rebuild.mjs')).rebuild(),
  growth: async () => [await (await import('./growth.mjs')).growth()],
  engine: async () => (await import('./engine.mjs')).engine(print),
};

const names = [...Object.keys(inOpenShop), ...Object.keys(withOwnDatabase)];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. The sections are ${names.join(', ')}.`);
  process.exit(2);
}
const onlyIfNamed = ['growth', 'engine', 'stalls']; // slow sections and sections with harmful requests: they run only if the command names them
const wants = (name) => (wanted.length === 0 ? !onlyIfNamed.includes(name) : wanted.includes(name));

console.log(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
);

async function withTheShop() {
  const folder = mkdtempSync(join(tmpdir(), 'shop-bench-'));
  try {
    const firstStart = await openShop(folder);
    await firstStart.close();
    const shop = await openShop(folder);
    try {
      print({
        title: 'Start-up: from the start of the process to the first 200 of /health/ready, with the demo catalogue',
        head: ['first start (new database), s', 'later start, s', 'resident memory, MB'],
        rows: [[(firstStart.readyMs / 1000).toFixed(2), (shop.readyMs / 1000).toFixed(2), Math.round(shop.memoryMb())]],
      });
      for (const [name, section] of Object.entries(inOpenShop))
        if (wants(name)) for (const table of await section(shop)) print(table);
      console.log(`\nResident memory at the end: ${Math.round(shop.memoryMb())} MB`);
    } finally {
      await shop.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (Object.keys(inOpenShop).some(wants)) await withTheShop();
for (const [name, section] of Object.entries(withOwnDatabase))
  if (wants(name)) for (const table of await section()) print(table);
