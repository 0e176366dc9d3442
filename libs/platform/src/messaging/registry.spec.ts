import { OrderMessage } from '#kernel';
import { Undecodable } from './errors';
import { MessageRegistry } from './registry';

class Brewed extends OrderMessage<{ readonly orderId: string }> {
  static readonly type = 'bar.brewed.v1';
}
class BrewedToo extends OrderMessage<{ readonly orderId: string }> {
  static readonly type = 'bar.brewed.v1';
}
class Nameless extends OrderMessage<{ readonly orderId: string }> {}

describe('The message registry', () => {
  const registry = new MessageRegistry();
  registry.add(Brewed, Brewed);

  it('rebuilds a message from its type and JSON', () => {
    const message = registry.decode('bar.brewed.v1', { orderId: '7' });
    expect(message).toBeInstanceOf(Brewed);
    expect(message.key).toBe('7');
  });

  it('cannot read an unknown type, or a body that is none', () => {
    expect(() => registry.decode('bar.spilt.v1', {})).toThrow(Undecodable);
    expect(() => registry.decode('bar.brewed.v1', null)).toThrow(Undecodable);
    expect(() => registry.decode('bar.brewed.v1', 'milk')).toThrow(Undecodable);
  });

  it('refuses two classes of one type, and a class without', () => {
    expect(() => registry.add(BrewedToo)).toThrow('two message classes have the type bar.brewed.v1');
    expect(() => registry.add(Nameless as never)).toThrow('Nameless has no static type');
  });
});
