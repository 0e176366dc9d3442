import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shopCommand } from '../support/shop-command';

jest.setTimeout(120_000);

const ORDER = '0192d1a4-7c00-7736-816b-33db67e31195';

/** These tests have no database, because a wrong call is refused before the command connects to one. */
describe('A wrong call of the command line', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'shop-wrongly-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    { words: ['brew'], expected: "unknown command 'brew'" },
    { words: ['orders', 'histroy', ORDER], expected: "unknown command 'orders histroy'" },
    { words: ['orders', 'history'], expected: "missing required argument 'id'" },
    { words: ['orders', 'history', ORDER, ORDER], expected: 'too many arguments' },
    {
      words: ['orders', 'state', ORDER, '--version', '1', '--at', '2026-11-23T03:04:05Z'],
      expected: 'cannot be used with',
    },
    { words: ['orders', 'state', ORDER, '--at', '2026-02-30T00:00:00Z'], expected: 'must be a time' },
    { words: ['audit', 'list', '--from', '2026-02-30'], expected: 'must be a day' },
    { words: ['audit', 'list', '--actor', 'two\nlines'], expected: 'must be one line' },
    { words: ['dead-letters', 'drop', 'ordering-1', '--reason', ' '], expected: 'must be one line' },
    {
      words: ['orders', 'what-if', ORDER, '--change', `1=${'{"a":'.repeat(40)}1${'}'.repeat(40)}`],
      expected: 'JSON object',
    },
    { words: ['orders', 'what-if', ORDER, '--change', '1={"a":{"__proto__":1}}'], expected: 'JSON object' },
    { words: ['orders', 'what-if', ORDER, '--change', '1=@nothing.json'], expected: 'nothing.json' },
    { words: ['orders', 'verify-evidence', '.'], expected: 'no file' },
    { words: ['orders', 'verify-evidence', 'package.json'], expected: 'give --public-key' },
    { words: ['events', 'verify-export', '.'], expected: 'no file' },
    { words: ['events', 'verify-export', 'package.json', '--public-key', '.'], expected: 'must be an Ed25519 key' },
    { words: ['outbox', 'resend', '--to', 'payments', '--since', 'yesterday'], expected: '--since must be' },
    { words: ['outbox', 'lost', '--of', 'payments', '--since', 'yesterday'], expected: '--since must be' },
    { words: ['outbox', 'lost', '--since', '2h'], expected: "required option '--of <context>'" },
    { words: ['handlers', 'replay', 'coffee', 'x', '--since', '2h'], expected: 'no context coffee' },
    { words: ['projections', 'rebuild', 'sales', '--orders', ''], expected: '--orders' },
  ])('$words', async ({ words, expected }) => {
    const { code, out, err } = await shopCommand({ DATA_DIR: folder }, ...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(expected);
    expect(err.split(expected)).toHaveLength(2); // the text is printed only once
  });

  it.each([[['orders']], [['projections', 'rebuild', '--help']]])(
    'is not an error if help is requested: %j',
    async (words) => {
      const { code, out, err } = await shopCommand({ DATA_DIR: folder }, ...words);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain('Usage: shop');
    },
  );

  it.each([
    [
      ['outbox', 'lost', '--help'],
      ['--of', '--since'],
    ],
    [
      ['outbox', 'resend', '--help'],
      ['--to', '--since'],
    ],
    [['handlers', 'replay', '--help'], ['--since']],
    [['subscriptions', 'drop', '--help'], ['--reason']],
    [['dead-letters', 'drop', '--help'], ['--reason']],
  ])('%j names the required options', async (words, options) => {
    const { out } = await shopCommand({ DATA_DIR: folder }, ...words);
    const [, ...described] = out.replace(/\n {20,}/g, ' ').split(/\n {2}(?=-)/);
    const required = described.filter((line) => line.includes('(required)')).map((line) => line.split(' ')[0]);
    expect(required.sort()).toEqual(options.sort());
  });
});
