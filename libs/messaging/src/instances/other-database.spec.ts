import { otherDatabase, OtherDatabase } from './other-database';

const right = { number: 3, databases: { ordering: 'one', customers: 'two' } };

describe('Two processes', () => {
  it('may run side by side where each context they both know has one database', () => {
    expect(otherDatabase({ ordering: 'one', cart: 'three' }, [right])).toBeUndefined();
    expect(otherDatabase({ ordering: 'one', customers: 'two' }, [right])).toBeUndefined();
  });

  it('of which one says nothing about its databases are not compared', () => {
    expect(otherDatabase({ ordering: 'one' }, [{ number: 1, databases: {} }])).toBeUndefined();
  });

  it('may not use two databases for one context, and the sentence says what to check', () => {
    expect(otherDatabase({ ordering: 'one', customers: 'other' }, [{ number: 1, databases: {} }, right])).toEqual({
      context: 'customers',
      number: 3,
    });
    expect(new OtherDatabase('customers', 3, ['DATABASE_URL_CUSTOMERS']).message).toBe(
      'customers: this process is set to another database than instance 3, which is alive: check DATABASE_URL_CUSTOMERS.',
    );
  });
});
