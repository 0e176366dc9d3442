import { findConflict, DatabasesDiffer } from './databases-differ';

const right = { number: 3, databases: { ordering: 'one', customers: 'two' } };

describe('Two processes', () => {
  it('may run at the same time if both use the same database for each context', () => {
    expect(findConflict({ ordering: 'one', cart: 'three' }, [right])).toBeUndefined();
    expect(findConflict({ ordering: 'one', customers: 'two' }, [right])).toBeUndefined();
  });

  it('are not compared if one of them has registered no database', () => {
    expect(findConflict({ ordering: 'one' }, [{ number: 1, databases: {} }])).toBeUndefined();
  });

  it('must not use two databases for one context, and the error names the setting to check', () => {
    expect(findConflict({ ordering: 'one', customers: 'other' }, [{ number: 1, databases: {} }, right])).toEqual({
      context: 'customers',
      number: 3,
    });
    expect(new DatabasesDiffer('customers', 3, ['DATABASE_URL_CUSTOMERS']).message).toBe(
      'customers: this process uses another database than instance 3, which is alive: check DATABASE_URL_CUSTOMERS.',
    );
  });
});
