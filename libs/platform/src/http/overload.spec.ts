import { createOverloadCheck } from './overload';

describe('Overload', () => {
  let [late, now] = [false, 0];
  const overloaded = createOverloadCheck(
    () => late,
    () => now,
  );
  const at = (seconds: number, isLate: boolean) => {
    [now, late] = [seconds * 1_000, isLate];
    return overloaded();
  };

  it('is not assumed while a single long pause of the event loop can be the cause', () => {
    expect([at(0, false), at(1, true), at(1.9, true), at(2.5, true), at(3, false)]).toEqual(Array(5).fill(false));
  });

  it('is assumed when the event loop has been late for more than 2.5 s, until it is on time again', () => {
    expect([at(10, true), at(11, true), at(12, true), at(13, true), at(14, true)]).toEqual([
      ...[false, false, false, true, true],
    ]);
    expect([at(15, false), at(16, true)]).toEqual([false, false]);
  });

  it('is not assumed after two pauses with a long time between them, even if no request came in this time', () => {
    expect([at(20, true), at(40, true)]).toEqual([false, false]);
  });
});
