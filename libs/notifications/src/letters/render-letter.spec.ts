import { vnd } from '#kernel';
import { renderLetter } from './render-letter';
import type { Content } from './letter';
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

  it('says in English why an order was cancelled, and how much money is given back', () => {
    const letter = renderLetter(
      { event: 'order-cancelled', number: 'CT-1', code: 'OUT_OF_STOCK', refundDue: vnd(90_000) },
      'An',
      'en',
    );
    expect(letter.text).toContain('sold out');
    expect(letter.text).toContain('90.000 ₫');
  });

  const refund = (amount: number, refundedTotal?: number, whole = false): Content => ({
    ...{ event: 'order-refunded', number: 'CT-1', amount: vnd(amount), total: vnd(100_000), whole },
    ...(refundedTotal !== undefined && { refundedTotal: vnd(refundedTotal) }),
  });
  it.each<[string, Content, string, string]>([
    ['the first part', refund(40_000, 40_000), 'So far we have given back 40.000 ₫ in all.', 'tổng cộng 40.000 ₫.'],
    [
      ...(['the last part', refund(60_000, 100_000, true)] as const),
      'So far we have given back 100.000 ₫ in all, everything that you paid.',
      'tổng cộng 100.000 ₫, toàn bộ số tiền bạn đã trả.',
    ],
    [
      ...(['the last part, as an earlier build stored it', refund(60_000, undefined, true)] as const),
      'So far we have given back 100.000 ₫ in all, everything that you paid.',
      'tổng cộng 100.000 ₫, toàn bộ số tiền bạn đã trả.',
    ],
  ])('of a refund has the amount of this refund, and of all refunds: %s', (_, content, inEnglish, inVietnamese) => {
    const [en, vi] = [renderLetter(content, 'An', 'en'), renderLetter(content, 'An', 'vi')];
    const part = content.event === 'order-refunded' ? dong(content.amount) : '';
    expect(en.text).toContain(`We have given back ${part} for your order CT-1.`);
    expect(vi.text).toContain(`Chúng tôi đã hoàn ${part} cho đơn hàng CT-1.`);
    expect(en.text).toContain(inEnglish);
    expect(vi.text).toContain(inVietnamese);
  });

  it('of a refund that ended the order says that the order is over', () => {
    const content = { ...refund(40_000, 40_000), ended: true } as Content;
    expect(renderLetter(content, 'An', 'en').text).toContain('The order is over');
    expect(renderLetter(content, 'An', 'vi').text).toContain('Đơn hàng đã kết thúc');
    expect(renderLetter(refund(40_000, 40_000), 'An', 'en').text).not.toContain('is over');
  });

  it('of an older partial refund, without a total, does not show a total', () => {
    expect(renderLetter(refund(40_000), 'An', 'en').text).not.toContain('in all');
  });

  it('of a refund that failed says what is still owed, and that the shop handles it', () => {
    const content = { event: 'order-refund-failed', number: 'CT-1', amount: vnd(20_000), owed: vnd(25_000) } as const;
    const [en, vi] = [renderLetter(content, 'An', 'en'), renderLetter(content, 'An', 'vi')];
    expect(en.text).toContain('could not give back 20.000 ₫');
    expect(en.text).toContain('still owe you 25.000 ₫. The shop is looking after it');
    expect(vi.text).toContain('chưa hoàn được 20.000 ₫');
    expect(vi.text).toContain('còn nợ bạn 25.000 ₫');
  });

  it.each(['vi', 'en'] as const)('reports in %s money that was taken and given back', (locale) => {
    const cancelled = { event: 'order-cancelled', number: 'CT-1', refundDue: vnd(0), reversed: vnd(90_000) } as const;
    for (const code of ['CUSTOMER', 'STAFF', 'OVERDUE', 'PAYMENT_UNAVAILABLE', 'PAYMENT_UNRESOLVED']) {
      const { text } = renderLetter({ ...cancelled, code }, 'An', locale);
      expect(text).toContain('90.000 ₫');
      expect(text).not.toMatch(/not charged|chưa bị trừ/);
    }
    const late = renderLetter({ event: 'order-payment-reversed', number: 'CT-1', amount: vnd(90_000) }, 'An', locale);
    expect(late.text).toContain('90.000 ₫');
  });

  it.each([
    ['en', 'Before that we had already given back 30.000 ₫.', 'We will give back 60.000 ₫.'],
    ['vi', 'Trước khi hủy, chúng tôi đã hoàn 30.000 ₫ cho bạn.', 'Chúng tôi sẽ hoàn lại 60.000 ₫.'],
  ] as const)('reports in %s refunds that were made before the order was cancelled', (locale, before, due) => {
    const cancelled = { event: 'order-cancelled', number: 'CT-1', code: 'STAFF', refundDue: vnd(60_000) } as const;
    const { text } = renderLetter({ ...cancelled, refunded: vnd(30_000) }, 'An', locale);
    expect(text).toContain(before);
    expect(text).toContain(due);
    expect(renderLetter(cancelled, 'An', locale).text).not.toContain(before.slice(0, 12));
  });

  it('says that nothing was charged if the provider did not answer and took nothing', () => {
    const content = {
      event: 'order-cancelled',
      number: 'CT-1',
      code: 'PAYMENT_UNAVAILABLE',
      refundDue: vnd(0),
    } as const;
    expect(renderLetter(content, 'An', 'en').text).toContain('You were not charged.');
  });

  it('shows a name as text, and never as HTML', () => {
    const letter = renderLetter({ event: 'order-status', number: 'CT-1', status: 'ready' }, '<b>An</b>', 'en');
    expect(letter.text).toContain('<b>An</b>');
    expect(letter.html).toContain('&lt;b&gt;An&lt;/b&gt;');
    expect(letter.html).not.toContain('<b>An');
  });
});
