import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../../test/support/eventually';
import { shopLogger } from './logger';

describe('A log line', () => {
  it('has the stack of an error if the error has a stack, and has no empty stack', async () => {
    const logDir = mkdtempSync(join(tmpdir(), 'logger-'));
    const logger = shopLogger({ logLevel: 'info', logDir, stdout: false });
    logger.error('without', { context: 'Test', stack: [undefined] });
    logger.error('with', { context: 'Test', stack: ['Error: somewhere'] });
    const lines = () =>
      readFileSync(join(logDir, 'error.log'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { message: string; stack?: unknown });
    await eventually(() => expect(lines().map(({ message }) => message)).toEqual(['without', 'with']));
    expect(lines().map((line) => ('stack' in line ? line.stack : 'none'))).toEqual(['none', ['Error: somewhere']]);
    logger.close();
    rmSync(logDir, { recursive: true });
  });
});
