import type { Message, MessageClass } from '#kernel';
import { Undecodable } from './errors';

/** The message classes of this process by their type; JSON becomes a message here and nowhere else. */
export class MessageRegistry {
  private readonly classes = new Map<string, MessageClass>();

  add(...classes: readonly MessageClass[]): void {
    for (const one of classes) {
      if (!one.type) throw new Error(`${(one as unknown as { name: string }).name} has no static type`);
      const known = this.classes.get(one.type);
      if (known && known !== one) throw new Error(`two message classes have the type ${one.type}`);
      this.classes.set(one.type, one);
    }
  }

  has(type: string): boolean {
    return this.classes.has(type);
  }

  get types(): readonly string[] {
    return [...this.classes.keys()];
  }

  /** Throws Undecodable when the type is unknown or the body is no object. */
  decode(type: string, body: unknown): Message {
    const known = this.classes.get(type);
    if (!known) throw new Undecodable(`no message of type ${type} is known here`);
    if (typeof body !== 'object' || body === null) throw new Undecodable(`the body of ${type} is not an object`);
    return new known(body as never);
  }
}
