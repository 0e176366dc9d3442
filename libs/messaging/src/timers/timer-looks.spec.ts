import { TimerLooks } from './timer-looks';

let now: number;
let looks: TimerLooks;

beforeEach(() => {
  now = 0;
  looks = new TimerLooks(() => now);
});
const look = (through: string | undefined, tookMs = 0) => {
  const since = looks.next();
  now += tookMs;
  looks.saw(since === undefined, through);
  return since ?? 'all';
};

describe('A timer clock', () => {
  it('looks at all timers first, then at what became due since', () => {
    expect([look('10:00'), look('10:01'), look('10:02')]).toEqual(['all', '10:00', '10:01']);
  });

  it('looks at all again until one look has taken all there was', () => {
    expect([look(undefined), look(undefined), look('10:00'), look('10:01')]).toEqual(['all', 'all', 'all', '10:00']);
  });

  it('looks at the same stretch again when it could not take all of it', () => {
    expect([look('10:00'), look(undefined), look('10:02')]).toEqual(['all', '10:00', '10:00']);
  });

  it('looks at all every ten seconds', () => {
    look('10:00');
    now = 9_999;
    expect(look('10:09')).toBe('10:00');
    now = 10_000;
    expect(look('10:10')).toBe('all');
  });

  it('looks at all less often when that takes long', () => {
    look('10:00', 500);
    now = 50_000;
    expect(look('10:50')).toBe('10:00');
    now = 50_500;
    expect(look('10:51')).toBe('all');
  });

  it('looks at all after an error', () => {
    look('10:00');
    looks.forget();
    expect(look('10:01')).toBe('all');
  });
});
