import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRequestContext } from './request-context';
import { asNestLogger, endLog, shopLogger } from './logger';
import { redact } from './redact';

const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

/** Everything that a log must never contain, with the usual names of fields. */
const HIDDEN = {
  password: 'correct horse',
  currentPassword: 'correct horse',
  accessToken: TOKEN,
  refreshToken: 'r3fr3sh',
  headers: {
    authorization: `Bearer ${TOKEN}`,
    cookie: 'sid=c00kie',
    'x-cart-token': 'c4rt',
    'idempotency-key': 'id3m',
  },
  contact: { name: 'Nguyễn Văn An', phone: '0901234567' },
  email: 'an@example.com',
  address: { street: '12 Lê Lợi' },
  note: 'ring twice',
  deep: [{ customerName: 'Nguyễn Văn An', otp: '123456', webhookSecret: 'wh00k' }],
  text: `login of an@example.com, phone 0901234567, with Bearer ${TOKEN} and ${TOKEN}`,
  error: Object.assign(new Error('duplicate: Key (email)=(an@example.com) already exists'), {
    cause: new Error('postgres://shop:s3cret@db/shop does not answer'),
  }),
};
const SECRETS = ['correct horse', TOKEN, 'r3fr3sh', 'c00kie', 'c4rt', 'id3m', 'Nguyễn', '0901234567', 'an@example.com', 'Lê Lợi', 'ring twice', '123456', 'wh00k', 's3cret']; // prettier-ignore

describe('A log', () => {
  it('never contains secrets or personal data', () => {
    const text = JSON.stringify(redact(HIDDEN));
    expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
  });

  it('keeps fields that help operators', () => {
    const kept = {
      orderId: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071',
      total: 55_000,
      status: 'pending',
      sku: 'CF-1',
      code: 'x',
    };
    expect(redact({ ...kept, code: undefined })).toEqual({ ...kept, code: '[redacted]' });
    expect(redact(new Error('lost'))).toMatchObject({ name: 'Error', message: 'lost', stack: expect.any(String) });
  });

  it('cuts off an object that contains itself', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(JSON.stringify(redact(circle))).toContain('[deep]');
  });

  it('contains only a part of a value that has too many entries, characters or levels', () => {
    const wide = (levels: number): unknown =>
      levels === 0 ? 'x' : Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`field${n}`, wide(levels - 1)]));
    const huge = { wide: wide(2), long: 'x'.repeat(1_000_000), ['n'.repeat(1_000_000)]: 1 };
    expect(JSON.stringify(redact(huge)).length).toBeLessThan(50_000);
    expect(Object.keys(redact(wide(1)) as object)).toHaveLength(50);
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(JSON.stringify(redact(deep))).toBe('[[[[[["[deep]"]]]]]]');
    expect(redact(JSON.parse('{"__proto__":{"password":"x"},"constructor":1}'))).not.toHaveProperty('password');
  });

  it('is written as JSON lines with the id of the request and the name of the service, and without hidden values', async () => {
    const logDir = mkdtempSync(join(tmpdir(), 'log-'));
    const logger = shopLogger({ logLevel: 'info', logDir, stdout: false });
    const nest = asNestLogger(logger);
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    inRequestContext({ requestId: 'r-1', locale: 'vi', traceparent, userId: 'u-1' }, () => {
      nest.log({ message: 'request answered', ...HIDDEN, error: undefined }, 'http');
      nest.error({ message: 'it broke', error: HIDDEN.error });
      nest.error(HIDDEN.error.message, HIDDEN.error.stack, 'Somewhere');
    });
    nest.log('mapped', 'RouterExplorer');
    await endLog(logger);
    const read = (name: string) =>
      readFileSync(join(logDir, name), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
    const [combined, errors] = [read('combined.log'), read('error.log')];
    rmSync(logDir, { recursive: true });
    expect([combined.length, errors.length]).toEqual([3, 2]);
    expect(combined[0]).toMatchObject({
      level: 'info', service: 'coffee-tea-api', message: 'request answered', context: 'http', requestId: 'r-1', userId: 'u-1',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736', timestamp: expect.stringMatching(/Z$/), password: '[redacted]',
    }); // prettier-ignore
    const text = JSON.stringify([combined, errors]);
    expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
  });
});
