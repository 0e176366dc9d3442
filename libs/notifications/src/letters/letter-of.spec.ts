import { OrderConfirmed, type OrderedLine } from '#contracts/ordering';
import { vnd } from '#kernel';
import { letterContentOf } from './letter-of';

const line = (modifiers?: OrderedLine['modifiers']): OrderedLine => ({
  ...{ productId: 'p', variantId: 'v', sku: 's', name: 'Bạc xỉu', quantity: 1 },
  ...{ unitPrice: vnd(1), lineTotal: vnd(1), ...(modifiers && { modifiers }) },
});
const option = (name: string, quantity: number) => ({ optionId: name, group: 'g', name, quantity, price: vnd(0) });

it('A letter shows the options of lines, so that lines of one variant differ', () => {
  const items = [line(), line([]), line([option('Ít đường', 1), option('Trân châu', 2)])];
  const content = letterContentOf(new OrderConfirmed({ number: 'n', items, total: vnd(3), method: 'card' } as never));
  expect(content).toMatchObject({
    lines: [{ name: 'Bạc xỉu' }, { name: 'Bạc xỉu' }, { name: 'Bạc xỉu (Ít đường, 2 × Trân châu)' }],
  });
});
