import { CommandHandler } from '@nestjs/cqrs';
import { OrderMessage } from '#kernel';
import { handlerOf, Handlers, refuseNamesakes } from './handlers';
import { Hears } from './hears';

class Brew extends OrderMessage<{ readonly orderId: string }> {
  static readonly type = 'bar.brew.v1';
}
class Brewed extends OrderMessage<{ readonly orderId: string }> {
  static readonly type = 'bar.brewed.v1';
}
class PlainCommand {}

@Hears(Brew, Brewed)
class CallOutWhenBrewed {
  static readonly lane = 'counter';
  static readonly parallel = 16;
  heard: unknown[] = [];
  async handle(message: unknown): Promise<void> {
    this.heard.push(message);
  }
}

@CommandHandler(Brew)
class BrewWhenAsked {
  static readonly handler = 'brew';
  static readonly lane = 'counter';
  async execute(): Promise<void> {}
}

@CommandHandler(PlainCommand)
class Ordinary {
  async execute(): Promise<void> {}
}

@Hears(Brew)
class Deaf {}

describe('A message handler', () => {
  it('is known by what it hears; its name is the one it gives, or its class in kebab case', async () => {
    const instance = new CallOutWhenBrewed();
    const handler = handlerOf(instance)!;
    expect(handler).toMatchObject({ name: 'call-out-when-brewed', lane: 'counter', classes: [Brew, Brewed] });
    await handler.handle('tea' as never);
    expect(instance.heard).toEqual(['tea']);
    expect(handlerOf(new BrewWhenAsked())).toMatchObject({ name: 'brew', lane: 'counter', parallel: 4 });
  });

  it('is not any other command handler or provider', () => {
    expect(handlerOf(new Ordinary())).toBeUndefined();
    expect(handlerOf(new PlainCommand())).toBeUndefined();
  });

  it('must be able to handle', () => {
    expect(() => handlerOf(new Deaf())).toThrow('neither handle() nor execute()');
  });

  it('shares its lane with the others of that lane', () => {
    const handlers = new Handlers([handlerOf(new CallOutWhenBrewed())!, handlerOf(new BrewWhenAsked())!]);
    expect(handlers.limit('counter')).toBe(16);
    expect(handlers.lanes).toEqual(['counter']);
    expect(handlers.hears('bar.brewed.v1')).toBe(true);
    expect(handlers.subscriptions).toHaveLength(3);
    expect(() => new Handlers([handlerOf(new BrewWhenAsked())!, handlerOf(new BrewWhenAsked())!])).toThrow(
      'two handlers are called brew',
    );
  });

  it('has no namesake in another context that hears the same: what the two send would have the same ids', () => {
    const [bar, kitchen] = ['bar', 'kitchen'].map((context) => ({
      context,
      handlers: new Handlers([handlerOf(new BrewWhenAsked())!]),
    }));
    const other = { context: 'kitchen', handlers: new Handlers([handlerOf(new CallOutWhenBrewed())!]) };
    expect(() => refuseNamesakes([bar, other])).not.toThrow();
    expect(() => refuseNamesakes([bar, kitchen])).toThrow(
      'bar and kitchen both have a handler called brew, and both hear bar.brew.v1',
    );
  });
});
