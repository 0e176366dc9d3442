import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { OrderingAccounts, type OrderingClosed } from '#contracts/ordering';
import { Id, InvalidInput, OneOf } from '#platform/http';
import { Internal } from '#platform/questions';

class OrdererBody {
  @OneOf(['customer', 'guest'])
  kind!: 'customer' | 'guest';

  @Id({ optional: true })
  customerId?: string;

  @Id({ optional: true })
  orderId?: string;
}

/** Answers the question `OrderingAccounts` over HTTP, for the other processes of the application. */
@Internal()
@Controller('internal/order-books')
export class OrderingAccountsController {
  constructor(private readonly books: OrderingAccounts) {}

  @Post()
  @HttpCode(200)
  close(@Body() { kind, customerId, orderId }: OrdererBody): Promise<OrderingClosed> {
    if (kind === 'customer' && customerId) return this.books.close({ kind, customerId });
    if (kind === 'guest' && orderId) return this.books.close({ kind, orderId });
    throw new InvalidInput([{ field: kind === 'guest' ? 'orderId' : 'customerId', message: 'is required' }]);
  }
}
