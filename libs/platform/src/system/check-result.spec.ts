import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { LastCheckResult } from './check-result';

const problem = { message: 'line 3 was changed', found: 1 };
const bad = { at: 2, problem };

describe('The last result of a check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'results-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const fileOf = (name: string) => join(folder, name);

  it('stays if its row is deleted or replaced by an earlier row, even for a process that starts later', async () => {
    const process = new LastCheckResult(fileOf('one'));
    expect(await process.problemAfter(bad)).toEqual(problem);
    for (const one of [process, new LastCheckResult(fileOf('one'))]) {
      expect(await one.problemAfter(undefined)).toEqual(problem);
      expect(await one.problemAfter({ at: 1, problem: null })).toEqual(problem);
    }
  });

  it('is cleared by a later check that finds nothing', async () => {
    const process = new LastCheckResult(fileOf('two'));
    await process.keep(bad);
    expect(await process.problemAfter({ at: 3, problem: null })).toBeNull();
    expect(await new LastCheckResult(fileOf('two')).problemAfter(undefined)).toBeNull();
  });

  it('does not hide a problem that is in the database, if the file of the result cannot be used', async () => {
    const logError = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    writeFileSync(fileOf('three'), 'damaged');
    expect(await new LastCheckResult(fileOf('three')).problemAfter(bad)).toEqual(problem);
    const process = new LastCheckResult(fileOf('three'));
    await process.keep(bad);
    expect(await process.problemAfter(undefined)).toEqual(problem);
    expect(logError).toHaveBeenCalled();
    logError.mockRestore();
  });

  it('is not needed to report a problem that is in the database', async () => {
    const process = new LastCheckResult();
    await process.keep({ at: 3, problem: null });
    expect(await process.problemAfter(bad)).toEqual(problem);
  });
});
