import { normalSku } from './sku';

describe('A SKU', () => {
  it.each(['abc-m', 'Abc-M', ' ABC-m '])('has one spelling, whatever was typed: %j', (typed) =>
    expect(normalSku(typed)).toBe('ABC-M'),
  );
  it('in its spelling stays as it is', () => expect(normalSku(normalSku('trà-1'))).toBe(normalSku('trà-1')));
});
