import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endLog, shopLogger } from './logger';
import { RepetitionLimit } from './repetition-limit';

describe('Equal log lines', () => {
  it('are written twenty times in ten seconds, and the next written line says how many lines were left out', () => {
    let now = 0;
    const lines = new RepetitionLimit(() => now);
    const results = Array.from({ length: 50 }, (_, n) => lines.countAndLimit(`no free connection after ${n} ms`));
    expect(results.filter((one) => one !== undefined)).toHaveLength(20);
    expect(lines.countAndLimit('something else')).toBe(0);
    now = 10_000;
    expect(lines.countAndLimit('no free connection after 7 ms')).toBe(30);
    expect(lines.countAndLimit('no free connection after 8 ms')).toBe(0);
  });

  it('that were left out are reported also if other lines came in between', () => {
    let now = 0;
    const lines = new RepetitionLimit(() => now);
    for (let n = 0; n < 50; n++) lines.countAndLimit('no free connection');
    for (now of [10_000, 20_000, 30_000]) expect(lines.countAndLimit('something else')).toBe(0);
    expect(lines.countAndLimit('no free connection')).toBe(30);
  });

  it('can differ in ids and numbers', () => {
    const lines = new RepetitionLimit(() => 0);
    const id = (n: number) => `019ab3c4-5d6e-7f80-9a1b-2c3d4e5f60${10 + n}`;
    const results = Array.from({ length: 30 }, (_, n) => lines.countAndLimit(`order ${id(n)} is broken`));
    expect(results.filter((one) => one !== undefined)).toHaveLength(20);
  });
});

describe('The log files', () => {
  it('contain repeated warnings only a limited number of times, but every line of level info, and other accounts cannot read them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'log-'));
    const logDir = join(folder, 'logs');
    mkdirSync(logDir, { mode: 0o755 }); // the folder and the file have the modes that an earlier build has set
    writeFileSync(join(logDir, 'combined.log'), '', { mode: 0o644 });
    const logger = shopLogger({ logLevel: 'info', logDir, stdout: false });
    for (let n = 0; n < 100; n++) {
      logger.warn('something could not be loaded into the cache', { error: new Error(`too many clients ${n}`) });
      logger.info('answered');
    }
    logger.warn('something could not be loaded into the cache', { error: new Error('another reason') });
    await endLog(logger);
    const lines = readFileSync(join(logDir, 'combined.log'), 'utf8').trim().split('\n');
    const levels = lines.map((line) => (JSON.parse(line) as { level: string }).level);
    expect(levels.filter((level) => level === 'warn')).toHaveLength(21);
    expect(levels.filter((level) => level === 'info')).toHaveLength(100);
    const modes = [logDir, join(logDir, 'combined.log'), join(logDir, 'error.log')].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes.map((mode) => mode & ~0o750)).toEqual([0, 0, 0]);
    expect(modes.map((mode) => mode & 0o007)).toEqual([0, 0, 0]);
    expect(modes[1] & 0o111).toBe(0);
    rmSync(folder, { recursive: true });
  });
});
