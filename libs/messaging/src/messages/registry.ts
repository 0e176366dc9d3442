import type { Message, MessageClass } from '#kernel';
import { versionOf } from './envelope';
import { Undecodable } from './errors';

type Upcast = NonNullable<MessageClass['upcasts']>[number];

/**
 * The older types that are upcast to a message class, oldest first. Each one comes with the upcasts from it to the type
 * of the class.
 */
export function olderTypesOf({ type, upcasts = [] }: MessageClass): readonly (readonly [string, typeof upcasts])[] {
  const first = versionOf(type) - upcasts.length;
  if (first < 1) throw new Error(`${type} has more upcasts than there are versions before it`);
  return upcasts.map((_, index) => [type.replace(/\d+$/, String(first + index)), upcasts.slice(index)]);
}

/** The message classes of this process by type. This is the only place where JSON becomes a message. */
export class MessageRegistry {
  private readonly classes = new Map<string, MessageClass>();
  private readonly older = new Map<string, { readonly into: MessageClass; readonly upcasts: readonly Upcast[] }>();

  add(...classes: readonly MessageClass[]): void {
    for (const one of classes) {
      if (!one.type) throw new Error(`${(one as unknown as { name: string }).name} has no static type`);
      const known = this.classes.get(one.type);
      if (known && known !== one) throw new Error(`two message classes have the type ${one.type}`);
      this.classes.set(one.type, one);
      for (const [type, upcasts] of olderTypesOf(one)) this.older.set(type, { into: one, upcasts });
    }
    for (const [type, { into }] of this.older)
      if (this.classes.has(type)) throw new Error(`${type} has a class of its own, and ${into.type} reads it too`);
  }

  has(type: string): boolean {
    return this.classes.has(type) || this.older.has(type);
  }

  get types(): readonly string[] {
    return [...this.classes.keys()];
  }

  /** A body of an older type becomes a message of its newer type. Throws Undecodable for an unknown type. */
  decode(type: string, body: unknown): Message {
    const older = this.older.get(type);
    const known = older?.into ?? this.classes.get(type);
    if (!known) throw new Undecodable(`no message of type ${type} is known here`);
    if (typeof body !== 'object' || body === null) throw new Undecodable(`the body of ${type} is not an object`);
    return new known((older ? upcastBody(type, older.upcasts, body) : body) as never);
  }
}

/**
 * Upcasts a body. A failing upcast fails again at each retry, so the message becomes a dead letter at once. An operator
 * redrives it after the upcast was corrected.
 */
function upcastBody(type: string, upcasts: readonly Upcast[], body: object): object {
  try {
    return upcasts.reduce<object>((old, upcast) => upcast(old as never), body);
  } catch (error) {
    throw new Undecodable(`an old body of ${type} could not be upcast: ${(error as Error).message}`);
  }
}
