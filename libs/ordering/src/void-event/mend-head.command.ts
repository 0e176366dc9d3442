import { Logger } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { EventStore, type Head } from '#event-store';
import { HeadNotBroken, OrderNotFound } from '../model/order-errors';

/** A note for the event or the log line that records the repair. */
export const headRepairNote = ({ head, last }: Head): string =>
  `(The stored version of the order was ${head}, but its last event has version ${last}. This was corrected.)`;

/** Sets the order's stored version to the version of its last event, so that commands can change the order again. */
export class MendHead extends Command<Head> {
  constructor(readonly orderId: Uuid) {
    super();
  }
}

@CommandHandler(MendHead)
export class MendHeadHandler implements ICommandHandler<MendHead> {
  private readonly log = new Logger('Orders');

  constructor(private readonly store: EventStore) {}

  /** Returns the head before the repair. Throws OrderNotFound, HeadNotBroken. */
  async execute({ orderId }: MendHead): Promise<Head> {
    const headBefore = await this.store.withRepairedHead(orderId, async (head) => head ?? this.refuse(orderId));
    this.log.warn(`order ${orderId}: ${headRepairNote(headBefore)}`);
    return headBefore;
  }

  private async refuse(orderId: Uuid): Promise<never> {
    const last = (await this.store.readMarked(orderId)).at(-1);
    throw last ? new HeadNotBroken(last.version) : new OrderNotFound();
  }
}
