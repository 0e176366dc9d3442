import { openContext, type OpenContext } from '../../../../test/support/open-context';
import { CustomersModule } from '../customers.module';

jest.setTimeout(60_000);

let shop: OpenContext;
beforeAll(async () => void (shop = await openContext([CustomersModule], ['customers'])), 120_000);
afterAll(() => shop?.close());

describe('The ETag of a profile', () => {
  const userId = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
  const person = { userId, name: 'Nguyễn Thị An', locale: 'vi' } as const;
  const read = (token: string, tag?: string) =>
    shop.ask('GET', '/users/me', { token, ...(tag && { headers: { 'if-none-match': tag } }) });
  const change = (token: string, tag: string, phone: string) =>
    shop.ask('PATCH', '/users/me', { token, body: { phone }, headers: { 'if-match': tag } });

  it('belongs to one person with one role, although others have the same version and URL', async () => {
    const an = await shop.token('customer', person);
    const first = await read(an);
    const tag = first.headers['etag']!;
    expect(first.headers).toMatchObject({
      'cache-control': 'private, no-cache',
      vary: expect.stringMatching(/Authorization, X-Cart-Token/),
    });
    expect((await read(an, tag)).status).toBe(304);

    const binh = await shop.token('customer', { name: 'Bình', locale: 'vi' });
    const other = await read(binh, tag);
    expect([other.status, other.body.data.name, other.body.data.version]).toEqual([200, 'Bình', 1]);
    const barista = await read(await shop.token('barista', person), tag);
    expect([barista.status, barista.body.data.role]).toEqual([200, 'barista']);
  });

  it('of another person is not accepted when a profile is changed', async () => {
    const an = await shop.token('customer', person);
    const binh = await shop.token('customer', { name: 'Bình', locale: 'vi' });
    const { etag } = (await read(an)).headers;
    const refused = await change(binh, etag!, '0901234567');
    expect([refused.status, refused.body.error?.code]).toEqual([412, 'PRECONDITION_FAILED']);
    const changed = await change(an, etag!, '0901234567');
    expect([changed.status, changed.body.data.version]).toEqual([200, 2]);
    expect((await read(an)).headers['etag']).toBe(changed.headers['etag']);
    expect((await change(an, '"2"', '0901234568')).status).toBe(200); // the version number alone is accepted too
    expect((await change(an, etag!, '0901234569')).status).toBe(412);
  });
});
