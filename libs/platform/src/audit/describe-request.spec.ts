import { StreamableFile } from '@nestjs/common';
import { answer } from '#platform/http';
import { peopleIn } from './describe-request';

const listPeople = (value: unknown) => [...peopleIn(value)];

describe('peopleIn', () => {
  it('finds all people of a long page', () => {
    const orders = Array.from({ length: 250 }, (_, n) => ({ id: `order-${n}`, customerId: `customer-${n}`, lines: [{ id: 'line' }] })); // prettier-ignore
    expect(new Set(listPeople(answer(orders)))).toEqual(
      new Set(orders.flatMap(({ id, customerId }) => [id, customerId])),
    );
  });

  it.each([
    ['an order of a guest', { id: 'o', customerId: null }, ['o']],
    ['an order and its what-if', { actual: { id: 'o', customerId: 'c' }, whatIf: { id: 'o', customerId: 'd' } }, ['o', 'c', 'd']], // prettier-ignore
    ['a list of changes', { orderId: 'o', changes: [{ path: 'customerId', after: 'c' }, { path: 'note', after: 'n' }] }, ['o', 'c']], // prettier-ignore
    ['a letter', [{ id: 'letter', orderId: 'o' }], ['o']],
    ['a file', new StreamableFile(Buffer.from('{}')), []],
    ['nothing', null, []],
  ])('finds the people in %s', (_, value, people) => {
    expect(listPeople(value)).toEqual(people);
  });
});
