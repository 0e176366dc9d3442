import { normalSku } from './sku';

describe('A SKU', () => {
  it.each(['abc-m', 'Abc-M', ' ABC-m '])('has one normal form, however it was typed: %j', (typed) =>
    expect(normalSku(typed)).toBe('ABC-M'),
  );
  it('in its normal form does not change', () => expect(normalSku(normalSku('trà-1'))).toBe(normalSku('trà-1')));
});
