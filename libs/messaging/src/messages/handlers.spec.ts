import { CommandHandler, type CommandBus } from '@nestjs/cqrs';
import { OrderMessage } from '#kernel';
import { handlerOf as found, Handlers, checkUniqueNames, checkOneHandlerPerCommand } from './handlers';
import { InboxCommandHandler, InboxEventsHandler } from './inbox-handlers';

class Brew extends OrderMessage<{ readonly orderId: string }> {
  static readonly type = 'bar.brew.v1';
}
class Brewed extends OrderMessage<{ readonly orderId: string }> {
  static readonly type = 'bar.brewed.v1';
}
class PlainCommand {}

@InboxEventsHandler([Brew, Brewed], { name: 'call-out', lane: 'counter', parallel: 16 })
class CallOutWhenBrewed {
  received: unknown[] = [];
  async handle(message: unknown): Promise<void> {
    this.received.push(message);
  }
}

@InboxCommandHandler(Brew, { name: 'brew', lane: 'counter' })
class BrewWhenAsked {
  async execute(): Promise<void> {}
}

@InboxCommandHandler(Brew, { name: 'brew-too' })
class BrewAgain {
  async execute(): Promise<void> {}
}

@CommandHandler(PlainCommand)
class NotFromInbox {
  async execute(): Promise<void> {}
}

@InboxEventsHandler([Brew], { name: 'without-method' })
class WithoutMethod {}

const executed: unknown[] = [];
const commands = { execute: async (command: unknown) => executed.push(command) } as unknown as CommandBus;
const handlerOf = (instance: object) => found(instance, commands);

describe('A message handler', () => {
  it('has the options of its decorator; it gets events directly, and commands through the command bus', async () => {
    const instance = new CallOutWhenBrewed();
    const handler = handlerOf(instance)!;
    expect(handler).toMatchObject({ name: 'call-out', kind: 'events', lane: 'counter', classes: [Brew, Brewed] });
    await handler.handle('tea' as never);
    expect(instance.received).toEqual(['tea']);
    const commandHandler = handlerOf(new BrewWhenAsked())!;
    expect(commandHandler).toMatchObject({ name: 'brew', kind: 'command', lane: 'counter', parallel: 4 });
    const brew = new Brew({ orderId: '7' });
    await commandHandler.handle(brew);
    expect(executed).toEqual([brew]);
  });

  it('is made only of a provider with the decorator', () => {
    expect(handlerOf(new NotFromInbox())).toBeUndefined();
    expect(handlerOf(new PlainCommand())).toBeUndefined();
  });

  it('must have a method for its messages', () => {
    expect(() => handlerOf(new WithoutMethod())).toThrow('without-method is a handler of events without handle()');
  });

  it('is the only handler of its command in the process', () => {
    const [one, other] = [handlerOf(new BrewWhenAsked())!, handlerOf(new BrewAgain())!];
    expect(() => checkOneHandlerPerCommand([one, handlerOf(new CallOutWhenBrewed())!])).not.toThrow();
    expect(() => checkOneHandlerPerCommand([one, other])).toThrow(
      'brew and brew-too both handle the command bar.brew.v1',
    );
  });

  it('can share a lane with other handlers', () => {
    const handlers = new Handlers([handlerOf(new CallOutWhenBrewed())!, handlerOf(new BrewWhenAsked())!]);
    expect(handlers.keysAtOnce('counter')).toBe(16);
    expect(handlers.lanes).toEqual(['counter']);
    expect(handlers.subscriptions).toHaveLength(3);
    expect(() => new Handlers([handlerOf(new BrewWhenAsked())!, handlerOf(new BrewWhenAsked())!])).toThrow(
      'two handlers are called brew',
    );
  });

  it('has a name of its own among all handlers of a type: otherwise two handlers would send messages with the same ids', () => {
    const [bar, kitchen] = ['bar', 'kitchen'].map((context) => ({
      context,
      handlers: new Handlers([handlerOf(new BrewWhenAsked())!]),
    }));
    const other = { context: 'kitchen', handlers: new Handlers([handlerOf(new CallOutWhenBrewed())!]) };
    expect(() => checkUniqueNames([bar, other])).not.toThrow();
    expect(() => checkUniqueNames([bar, kitchen])).toThrow(
      'bar and kitchen both have a handler called brew for bar.brew.v1: rename one of them',
    );
  });
});
