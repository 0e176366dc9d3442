import { ShopValidationPipe } from '#platform/http';
import { AddressText } from './address-text.field';

class Delivery {
  @AddressText()
  address?: string | null;
}

const read = async (address: unknown): Promise<string | null | undefined> =>
  (new ShopValidationPipe().transform({ address }, { type: 'body', metatype: Delivery }) as Delivery).address;

describe("An order's address", () => {
  it('is one text, or parts in the order they were sent', async () => {
    expect(await read(' 12 Lê Lợi, Huế ')).toBe('12 Lê Lợi, Huế');
    expect(await read({ line1: '12 Lê Lợi', line2: null, ward: '', city: 'Huế' })).toBe('12 Lê Lợi, Huế');
    expect(await read(null)).toBeNull();
  });

  it('may have five hundred characters, emoji counted as one', async () => {
    expect(await read('🧋'.repeat(500))).toHaveLength(1_000);
    await expect(read('🧋'.repeat(501))).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
    await expect(read({ line1: 'x'.repeat(300), line2: 'x'.repeat(300) })).rejects.toThrow();
  });

  it.each([
    ...['', '  ', 'a\0b', 'half \ud83e', 7, true, ['12 Lê Lợi'], {}, { line1: '' }, { line1: 7 }, { line1: {} }],
    ...[{ line1: 'a\0' }, { line1: 'half \ud83e' }, { constructor: 'x' }],
    Object.fromEntries(Array.from({ length: 13 }, (_, part) => [`part${part}`, 'x'])),
  ])('is not %j', async (address) => {
    await expect(read(address)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });
});
