import { LaneMarks } from './lane-marks';

describe('A lane', () => {
  it('is behind when it has not caught up for five seconds', () => {
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const marks = new LaneMarks();
    expect(marks.lanesBehind(['checkout', 'stock'])).toEqual([]); // seen for the first time
    now = 4_000;
    marks.recordCaughtUp('stock');
    now = 6_000;
    expect(marks.lanesBehind(['checkout', 'stock'])).toEqual(['checkout']);
    marks.recordCaughtUp('checkout');
    expect(marks.lanesBehind(['checkout', 'stock'])).toEqual([]);
    jest.restoreAllMocks();
  });
});
