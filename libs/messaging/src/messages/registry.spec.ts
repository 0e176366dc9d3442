import { OrderMessage } from '#kernel';
import { Undecodable } from './errors';
import { MessageRegistry } from './registry';

class Brewed extends OrderMessage<{ readonly orderId: string }> {
  static readonly type = 'bar.brewed.v1';
}
class OtherBrewed extends OrderMessage<{ readonly orderId: string }> {
  static readonly type = 'bar.brewed.v1';
}
class Nameless extends OrderMessage<{ readonly orderId: string }> {}

class BrewedV3 extends OrderMessage<{ readonly orderId: string; readonly cups: readonly { name: string }[] }> {
  static readonly type = 'bar.brewed.v3';
  static readonly upcasts = [
    ({ cup, ...rest }: { orderId: string; cup: string }) => ({ ...rest, cups: [cup] }),
    ({ cups, ...rest }: { orderId: string; cups: string[] }) => ({ ...rest, cups: cups.map((name) => ({ name })) }),
  ];
}
class TastedV2 extends OrderMessage<{ readonly orderId: string }> {
  static readonly type = 'bar.tasted.v2';
}
class TastedV1 extends OrderMessage<{ readonly orderId: string }> {
  static readonly type = 'bar.tasted.v1';
}

describe('Older messages', () => {
  it.each([
    ['bar.brewed.v1', { orderId: '7', cup: 'Phin' }],
    ['bar.brewed.v2', { orderId: '7', cups: ['Phin'] }],
    ['bar.brewed.v3', { orderId: '7', cups: [{ name: 'Phin' }] }],
  ])('of type %s are upcast to the newest type', (type, body) => {
    const registry = new MessageRegistry();
    registry.add(BrewedV3);
    expect(registry.has(type)).toBe(true);
    expect(registry.decode(type, body)).toEqual(new BrewedV3({ orderId: '7', cups: [{ name: 'Phin' }] }));
  });

  it('cannot be read if their upcast fails, or if their type is newer than this build', () => {
    const registry = new MessageRegistry();
    registry.add(BrewedV3);
    expect(() => registry.decode('bar.brewed.v2', { orderId: '7' })).toThrow(Undecodable);
    expect(() => registry.decode('bar.brewed.v4', {})).toThrow(Undecodable);
  });

  it('have a class of their own if the newer type means something else', () => {
    const registry = new MessageRegistry();
    registry.add(TastedV2, TastedV1);
    expect(registry.decode('bar.tasted.v1', { orderId: '7' })).toBeInstanceOf(TastedV1);
    expect(registry.decode('bar.tasted.v2', { orderId: '7' })).toBeInstanceOf(TastedV2);
  });

  it('must not have both a class and an upcast, and a type must not have more upcasts than older versions', () => {
    const registry = new MessageRegistry();
    registry.add(BrewedV3);
    expect(() => registry.add(Brewed)).toThrow('bar.brewed.v1 has a class of its own, and bar.brewed.v3 reads it too');
    class TooManyUpcasts extends OrderMessage<{ readonly orderId: string }> {
      static readonly type = 'bar.too-many-upcasts.v1';
      static readonly upcasts = [(body: object) => body];
    }
    expect(() => new MessageRegistry().add(TooManyUpcasts)).toThrow('more upcasts than there are versions');
  });
});

describe('The message registry', () => {
  const registry = new MessageRegistry();
  registry.add(Brewed, Brewed); // as for two handlers of the same class

  it('rebuilds a message from its type and JSON', () => {
    const message = registry.decode('bar.brewed.v1', { orderId: '7' });
    expect(message).toBeInstanceOf(Brewed);
    expect(message.key).toBe('7');
  });

  it('cannot read an unknown type, or a body that is not an object', () => {
    expect(() => registry.decode('bar.unknown.v1', {})).toThrow(Undecodable);
    expect(() => registry.decode('bar.brewed.v1', null)).toThrow(Undecodable);
    expect(() => registry.decode('bar.brewed.v1', 'milk')).toThrow(Undecodable);
  });

  it('refuses two classes of one type, and a class without a type', () => {
    expect(() => registry.add(OtherBrewed)).toThrow('two message classes have the type bar.brewed.v1');
    expect(() => registry.add(Nameless as never)).toThrow('Nameless has no static type');
  });
});
