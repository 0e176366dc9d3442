import { DatabaseTime } from '.';

const noon = Date.UTC(2026, 10, 28, 12);
let steady = 5_000;
let wall = noon - 3_600_000;
let time: DatabaseTime;

beforeEach(() => {
  [steady, wall] = [5_000, noon - 3_600_000];
  time = new DatabaseTime(
    () => steady,
    () => wall,
  );
});
const learn = (read: number, tookMs: number) => {
  const sentAt = steady;
  steady += tookMs;
  time.learn(read, sentAt);
};
const now = () => time.now().getTime() - noon;

describe("The database's time", () => {
  it('is the time of this machine until the database has responded', () => {
    expect(now()).toBe(-3_600_000);
    learn(noon, 0);
    expect(now()).toBe(0);
  });

  it('is computed as if the clock was read in the middle of the round trip', () => {
    learn(noon, 20);
    expect(now()).toBe(10);
  });

  it('continues with the steady clock, even if the clock of this machine changes', () => {
    learn(noon, 0);
    wall += 86_400_000;
    steady += 2_500;
    expect(now()).toBe(2_500);
  });

  it('ignores a slow response if there was a fast response within the last minute', () => {
    learn(noon, 0);
    learn(noon + 2_900, 3_000);
    expect(now()).toBe(3_000);
    steady += 60_000;
    learn(noon + 64_000, 1_000);
    expect(now()).toBe(64_500);
  });

  it("follows a change of the database's clock", () => {
    learn(noon, 0);
    learn(noon - 900_000, 0);
    expect(now()).toBe(-900_000);
  });
});
