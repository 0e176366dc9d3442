// breaks: shop/messages-by-inbox Mark a handler of messages with @InboxCommandHandler
import { Message } from '../../kernel/src/messages';

class Pour extends Message {}
const CommandHandler =
  (_command: object): ClassDecorator =>
  () =>
    undefined;
@CommandHandler(Pour)
export class PourWhenAsked {}
