import { CircuitBreaker } from './breaker';

let now: number;
let breaker: CircuitBreaker;
beforeEach(() => {
  now = 0;
  breaker = new CircuitBreaker(() => now);
});

const failing = (times: number) => {
  for (let time = 0; time < times; time++) {
    expect(breaker.allowsCall()).toBe(true);
    breaker.failed();
  }
};

describe('A breaker', () => {
  it('lets everyone through while there are answers in between', () => {
    failing(4);
    breaker.succeeded();
    failing(4);
    expect(breaker.allowsCall()).toBe(true);
  });

  it('lets nobody through for two seconds after five failures on end', () => {
    failing(5);
    expect(breaker.allowsCall()).toBe(false);
    now = 1_999;
    expect(breaker.allowsCall()).toBe(false);
  });

  it('then lets one try, whose answer opens the way for all', () => {
    failing(5);
    now = 2_000;
    expect([breaker.allowsCall(), breaker.allowsCall()]).toEqual([true, false]);
    breaker.succeeded();
    expect([breaker.allowsCall(), breaker.allowsCall()]).toEqual([true, true]);
  });

  it('waits again when the one who tried fails', () => {
    failing(5);
    now = 2_000;
    failing(1);
    expect(breaker.allowsCall()).toBe(false);
    now = 4_000;
    expect(breaker.allowsCall()).toBe(true);
  });
});
