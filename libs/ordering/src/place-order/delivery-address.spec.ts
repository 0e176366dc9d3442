import { ShopValidationPipe } from '#platform/http';
import { DeliveryAddress, type DeliveryAddressBody } from './delivery-address.field';

class Delivery {
  @DeliveryAddress()
  address?: string | DeliveryAddressBody | null;
}

const read = (address: unknown): unknown =>
  (new ShopValidationPipe().transform({ address }, { type: 'body', metatype: Delivery }) as Delivery).address;

const faultsOf = (address: unknown): readonly string[] => {
  try {
    read(address);
    return [];
  } catch (error) {
    return (error as { details: { field: string }[] }).details.map(({ field }) => field);
  }
};

const saved = {
  ...{ id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071', label: 'Nhà', recipient: 'B', phone: '0901234567' },
  ...{ line1: '12 Lê Lợi', line2: null, ward: 'Bến Nghé', district: null, city: 'Huế', isDefault: true },
};

describe("An order's address", () => {
  it('is one text, or an address in the format of the address book', () => {
    expect(read(' 12 Lê Lợi, Huế ')).toBe('12 Lê Lợi, Huế');
    expect(read(saved)).toEqual(saved);
    expect(read({ line1: '12 Lê Lợi', ward: '', city: 'Huế' })).toEqual({ line1: '12 Lê Lợi', ward: '', city: 'Huế' });
    expect(read(null)).toBeNull();
    expect(read(undefined)).toBeUndefined();
  });

  it('can have five hundred characters, and an emoji counts as one character', () => {
    expect(read('🧋'.repeat(500))).toHaveLength(1_000);
    expect(faultsOf('🧋'.repeat(501))).toEqual(['address']);
    expect(faultsOf({ ...saved, line1: 'x'.repeat(201) })).toEqual(['address.line1']);
  });

  it.each(['', '  ', 'a\0b', 'half \ud83e', 7, true, ['12 Lê Lợi'], [saved]])('is refused as %j', (address) =>
    expect(faultsOf(address)).toEqual(['address']),
  );

  it.each([
    [{}, 'line1'],
    [{ city: 'Huế' }, 'line1'],
    [{ line1: '' }, 'line1'],
    [{ line1: null }, 'line1'],
    [{ line1: 7 }, 'line1'],
    [{ line1: 'a\0' }, 'line1'],
    [{ line1: 'a', ward: 'half \ud83e' }, 'ward'],
    [{ line1: 'a', city: {} }, 'city'],
    [{ line1: 'a', phone: '12' }, 'phone'],
    [{ line1: 'a', isDefault: 'yes' }, 'isDefault'],
    [{ line1: 'a', street: 'b' }, 'street'],
    [{ line1: 'a', 'street\0': 'b' }, 'street\0'],
    [{ line1: 'a', constructor: 'x' }, 'constructor'],
  ])('is refused as %j, and the fault names the field', (address, field) =>
    expect(faultsOf(address)).toEqual([`address.${field}`]),
  );
});
