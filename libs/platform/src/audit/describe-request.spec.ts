import { StreamableFile } from '@nestjs/common';
import { answer } from '#platform/http';
import { peopleIn } from './describe-request';

const named = (value: unknown) => [...peopleIn(value)];

describe('The people that an answer tells of', () => {
  it('are all of a page, however long it is', () => {
    const orders = Array.from({ length: 250 }, (_, n) => ({ id: `order-${n}`, customerId: `customer-${n}`, lines: [{ id: 'line' }] })); // prettier-ignore
    expect(new Set(named(answer(orders)))).toEqual(new Set(orders.flatMap(({ id, customerId }) => [id, customerId])));
  });

  it.each([
    ['an order of a guest', { id: 'o', customerId: null }, ['o']],
    ['what an order is and would be', { actual: { id: 'o', customerId: 'c' }, whatIf: { id: 'o', customerId: 'd' } }, ['o', 'c', 'd']], // prettier-ignore
    ['a difference', { orderId: 'o', changes: [{ path: 'customerId', after: 'c' }, { path: 'note', after: 'n' }] }, ['o', 'c']], // prettier-ignore
    ['a letter', [{ id: 'letter', orderId: 'o' }], ['o']],
    ['a file', new StreamableFile(Buffer.from('{}')), []],
    ['nothing', null, []],
  ])('are named: %s', (_, value, people) => {
    expect(named(value)).toEqual(people);
  });
});
