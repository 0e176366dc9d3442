import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { RememberedFile } from './remembered-file';

describe('A remembered file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'remembered-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'seal');
  const file = new RememberedFile(path, z.strictObject({ position: z.int(), filler: z.string() }));
  const content = (position: number) => ({ position, filler: 'x'.repeat(4_000) });

  it('is complete for every reader while several writers write it at the same time, and leaves no temporary file', async () => {
    await file.write(content(0));
    let isWriting = true;
    const reading = (async () => {
      for (; isWriting; await new Promise(setImmediate)) expect((await file.read())!.filler).toHaveLength(4_000);
    })();
    for (let round = 1; round <= 30; round++)
      await Promise.all([0, 1, 2].map((writer) => file.write(content(round * 3 + writer))));
    isWriting = false;
    await reading;
    expect((await file.read())!.position).toBeGreaterThanOrEqual(90);
    expect(readdirSync(folder)).toEqual(['seal']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is read as undefined if it is missing, and as an error if it is damaged', async () => {
    expect(await new RememberedFile(join(folder, 'none'), z.any()).read()).toBeUndefined();
    const wrong = new RememberedFile(path, z.strictObject({ position: z.string() }));
    await expect(wrong.read()).rejects.toMatchObject({ code: 'SEAL_ANCHOR_UNUSABLE' });
  });
});
