import { CircuitBreaker } from './breaker';

let now: number;
let breaker: CircuitBreaker;
beforeEach(() => {
  now = 0;
  breaker = new CircuitBreaker(() => now);
});

const failTimes = (times: number) => {
  for (let time = 0; time < times; time++) {
    expect(breaker.allowsCall()).toBe(true);
    breaker.failed();
  }
};

describe('A circuit breaker', () => {
  it('allows all calls if some of them succeed', () => {
    failTimes(4);
    breaker.succeeded();
    failTimes(4);
    expect(breaker.allowsCall()).toBe(true);
  });

  it('allows no calls for two seconds after five failures in a row', () => {
    failTimes(5);
    expect(breaker.allowsCall()).toBe(false);
    now = 1_999;
    expect(breaker.allowsCall()).toBe(false);
  });

  it('allows one call after this pause, and all calls if this call succeeds', () => {
    failTimes(5);
    now = 2_000;
    expect([breaker.allowsCall(), breaker.allowsCall()]).toEqual([true, false]);
    breaker.succeeded();
    expect([breaker.allowsCall(), breaker.allowsCall()]).toEqual([true, true]);
  });

  it('allows no calls for two more seconds if the call after the pause fails', () => {
    failTimes(5);
    now = 2_000;
    failTimes(1);
    expect(breaker.allowsCall()).toBe(false);
    now = 4_000;
    expect(breaker.allowsCall()).toBe(true);
  });
});
