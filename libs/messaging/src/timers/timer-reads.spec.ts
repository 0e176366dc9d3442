import { TimerReads } from './timer-reads';

let now: number;
let reads: TimerReads;

beforeEach(() => {
  now = 0;
  reads = new TimerReads(() => now);
});
const read = (through: string | undefined, tookMs = 0) => {
  const since = reads.startOfNextRead();
  now += tookMs;
  reads.recordRead(since === undefined, through);
  return since ?? 'all';
};

describe('The reads of due timers', () => {
  it('cover all timers first, then those that became due since the last read', () => {
    expect([read('10:00'), read('10:01'), read('10:02')]).toEqual(['all', '10:00', '10:01']);
  });

  it('cover all timers again until one read has returned all of them', () => {
    expect([read(undefined), read(undefined), read('10:00'), read('10:01')]).toEqual(['all', 'all', 'all', '10:00']);
  });

  it('start from the same time again if the limit cut the last read off', () => {
    expect([read('10:00'), read(undefined), read('10:02')]).toEqual(['all', '10:00', '10:00']);
  });

  it('cover all timers every ten seconds', () => {
    read('10:00');
    now = 9_999;
    expect(read('10:09')).toBe('10:00');
    now = 10_000;
    expect(read('10:10')).toBe('all');
  });

  it('cover all timers less often if such a read takes long', () => {
    read('10:00', 500);
    now = 50_000;
    expect(read('10:50')).toBe('10:00');
    now = 50_500;
    expect(read('10:51')).toBe('all');
  });

  it('cover all timers after an error', () => {
    read('10:00');
    reads.reset();
    expect(read('10:01')).toBe('all');
  });
});
