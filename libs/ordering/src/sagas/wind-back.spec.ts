import { facts, orderAfter, factsUntil } from '../model/order-samples';
import { windBack } from './wind-back';

const code = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('Winding back a checkout by hand', () => {
  it('is a wish of the staff in the stream, while the order is pending', () => {
    expect(windBack(orderAfter(facts.placed), null)).toEqual([
      { type: 'CancellationRequested', data: { by: 'staff', reason: null } },
    ]);
  });

  it('is refused where somebody has wished for it already, where the order is past that, and where there is none', () => {
    const wished = windBack(orderAfter(facts.placed), null)[0];
    expect(code(() => windBack(orderAfter(facts.placed, wished), null))).toBe('PROCESS_WINDS_BACK');
    expect(code(() => windBack(orderAfter(...factsUntil.confirmed), null))).toBe('PROCESS_OVER');
    expect(code(() => windBack(orderAfter(facts.placed, facts.cancelled), null))).toBe('PROCESS_OVER');
    expect(code(() => windBack(orderAfter(), null))).toBe('NOT_FOUND');
  });
});
