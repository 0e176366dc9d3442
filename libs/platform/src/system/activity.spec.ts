import { activity, Activity, LessOftenWhenIdle } from './activity';

class Job {
  runs = 0;

  @LessOftenWhenIdle()
  run(): void {
    this.runs += 1;
  }
}

describe('Regular checks', () => {
  let now = 0;
  beforeEach(() => {
    now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    activity.note();
  });
  afterEach(() => jest.restoreAllMocks());

  it('wait longer when nothing has happened for half a minute', () => {
    const quiet = new Activity();
    expect(quiet.checkAfter(500)).toBe(500);
    now = 30_000;
    expect(quiet.checkAfter(500)).toBe(20_000);
    expect(quiet.checkAfter(60_000)).toBe(60_000);
    expect(quiet.checkAfter(1_000, 3_000)).toBe(3_000);
    quiet.note();
    expect(quiet.checkAfter(500)).toBe(500);
  });

  it('that a timer calls run less often while the process is idle, and at their usual times after a notification', () => {
    const job = new Job();
    const runEachSecond = (seconds: number) => {
      const before = job.runs;
      for (let n = 0; n < seconds; n += 1, now += 1_000) job.run();
      return job.runs - before;
    };
    expect(runEachSecond(30)).toBe(30);
    expect(runEachSecond(60)).toBe(3);
    activity.note();
    expect(runEachSecond(10)).toBe(10);
  });
});
