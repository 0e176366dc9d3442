// breaks: shop/messages-by-inbox Send a message with EventBus.publish
import { Message } from '../../kernel/src/messages';

class Brew extends Message {}
interface Bus {
  execute(what: object): Promise<void>;
}
export class Impatient {
  constructor(private readonly commands: Bus) {}
  ask(): Promise<void> {
    return this.commands.execute(new Brew({ cups: 1 }));
  }
}
