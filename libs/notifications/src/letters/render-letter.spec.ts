import { vnd } from '#kernel';
import { renderLetter } from './render-letter';
import { dong } from './texts';

const lines = [{ name: 'Cà phê sữa đá (Lớn)', quantity: 2, lineTotal: vnd(90_000) }];

describe('A letter', () => {
  it.each([
    [0, '0 ₫'],
    [55_000, '55.000 ₫'],
    [1_250_000, '1.250.000 ₫'],
  ])('writes %d as %s', (amount, text) => expect(dong(vnd(amount))).toBe(text));

  it('confirms an order in Vietnamese', () => {
    const letter = renderLetter(
      { event: 'order-confirmed', number: 'CT-1', lines, total: vnd(90_000), method: 'cash' },
      'An',
      'vi',
    );
    expect(letter.subject).toBe('Đơn hàng CT-1 đã được xác nhận');
    expect(letter.text).toContain('2 × Cà phê sữa đá (Lớn): 90.000 ₫');
    expect(letter.text).toContain('thanh toán khi nhận hàng');
  });

  it('says in English why an order was cancelled, and what comes back', () => {
    const letter = renderLetter(
      { event: 'order-cancelled', number: 'CT-1', code: 'OUT_OF_STOCK', refundDue: vnd(90_000) },
      'An',
      'en',
    );
    expect(letter.text).toContain('sold out');
    expect(letter.text).toContain('90.000 ₫');
  });

  it('shows a name as it is, and never as markup', () => {
    const letter = renderLetter({ event: 'order-status', number: 'CT-1', status: 'ready' }, '<b>An</b>', 'en');
    expect(letter.text).toContain('<b>An</b>');
    expect(letter.html).toContain('&lt;b&gt;An&lt;/b&gt;');
    expect(letter.html).not.toContain('<b>An');
  });
});
