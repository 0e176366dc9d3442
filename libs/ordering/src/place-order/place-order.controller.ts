import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { vnd, type Money } from '#kernel';
import {
  Amount,
  answer,
  Answers,
  BodyExample,
  Does,
  Email,
  IdempotencyKey,
  InvalidInput,
  Nested,
  OneOf,
  PersonName,
  Phone,
  PreferWait,
  Refuses,
  Text,
  textOf,
  type Answer,
} from '#platform/http';
import { ambient, shopLocale } from '#platform/observability';
import { Vault } from '#platform/privacy';
import { GuestOrUser, Who, type Caller } from '#platform/security';
import { Orders } from '../model/orders.store';
import { OrderAnswer, showToOwner } from '../view-order/order-answer';
import { DeliveryAddress, type DeliveryAddressBody } from './delivery-address.field';
import { missing, namedMethods, orderWish, type NamedMethod } from './order-wish';
import { Outcomes } from './outcomes.store';
import { PlaceOrder } from './place-order.command';

class ContactBody {
  @PersonName({ optional: true, nullable: true, example: 'Nguyễn Văn An' })
  name?: string | null;

  @Phone({ optional: true, nullable: true })
  phone?: string | null;

  @Email({ optional: true, nullable: true })
  email?: string | null;
}

class FulfilmentBody {
  @OneOf(['pickup', 'delivery'], { example: 'pickup' })
  type!: 'pickup' | 'delivery';

  @DeliveryAddress()
  address?: string | DeliveryAddressBody | null;
}

class PaymentBody {
  @OneOf(namedMethods, {
    description: 'One that the shop does not take now is refused with PAYMENT_METHOD_UNAVAILABLE.',
    example: 'card',
  })
  method!: NamedMethod;

  @Text({ min: 1, max: 255, optional: true, nullable: true, description: "The card's token.", example: 'tok_ok' })
  token?: string | null;
}

class PlaceOrderBody {
  @Nested(() => ContactBody, { optional: true, description: 'Guests must send it; for others the account stands in.' })
  contact?: ContactBody;

  @Nested(() => FulfilmentBody)
  fulfilment!: FulfilmentBody;

  @Nested(() => PaymentBody)
  payment!: PaymentBody;

  @Text({ max: 500, trim: true, optional: true, nullable: true, example: 'Ít đá giúp mình nhé' })
  note?: string | null;

  @Amount({
    ...{ optional: true, min: 0, max: 1_000_000_000_000, example: vnd(58_000) },
    description:
      "The total that the customer agreed to: the cart's `total`. Another one is refused with PRICE_CHANGED.",
  })
  expectedTotal?: Money;
}

@ApiTags('Orders')
@Controller('orders')
export class PlaceOrderController {
  constructor(
    private readonly commands: CommandBus,
    private readonly orders: Orders,
    private readonly outcomes: Outcomes,
    private readonly vault: Vault,
  ) {}

  @Post()
  @GuestOrUser()
  @Does(
    'placeOrder',
    "Place an order from the caller's cart",
    'Answers at once with a pending order, or after its outcome with `Prefer: wait=5`. Prices are the server’s. ' +
      'The same key and body get the same answer again, with `Idempotent-Replayed: true`.',
  )
  @BodyExample({
    contact: { name: 'Nguyễn Văn An', phone: '0901234567' },
    fulfilment: { type: 'pickup' },
    payment: { method: 'card', token: 'tok_ok' },
    note: 'Ít đá giúp mình nhé',
    expectedTotal: vnd(58_000),
  })
  @Answers(201, OrderAnswer, {
    description: 'The order.',
    headers: {
      'Idempotent-Replayed': '`true` when this key had been used before.',
      Location: 'Where the order is.',
      'Preference-Applied': '`wait=5` when the answer has the outcome that was waited for.',
    },
  })
  @Refuses('VALIDATION_ERROR', 'IDEMPOTENCY_KEY_REQUIRED', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS')
  @Refuses(
    'CART_EMPTY',
    'CART_ALREADY_ORDERED',
    'VARIANT_UNAVAILABLE',
    'MODIFIERS_INVALID',
    'ORDER_TOO_LARGE',
    {
      status: 409,
      code: 'PRICE_CHANGED',
      when: 'The total is not `expectedTotal`; both are in `details`, as `expectedTotal` and `total`.',
    },
    'SUBJECT_ERASED',
    {
      status: 409,
      code: 'PAYMENT_METHOD_UNAVAILABLE',
      when: 'The shop does not take this way to pay now. `details` have one entry for each that it takes; `value` is its name.',
    },
  )
  async place(
    @Who() caller: Caller,
    @Body() body: PlaceOrderBody,
    @IdempotencyKey() key: string,
    @PreferWait() seconds: number,
  ): Promise<Answer> {
    const wish = orderWish(body);
    const lacking = missing(wish, caller.kind === 'user');
    if (lacking.length > 0) {
      const message = textOf('required', ambient()?.locale ?? 'en');
      throw new InvalidInput(lacking.map((field) => ({ field, message })));
    }
    const { view, replayed } = await this.commands.execute(new PlaceOrder(caller, wish, key, shopLocale()));
    const outcome = seconds > 0 ? await this.outcomes.wait(view.id, seconds * 1_000) : undefined;
    const shown = outcome ? await this.orders.view(view.id, outcome) : view;
    return answer(await this.vault.openAll(showToOwner(shown)), {
      status: 201,
      headers: {
        Location: `/api/v1/orders/${view.id}`,
        ...(replayed && { 'Idempotent-Replayed': 'true' }),
        ...(outcome && { 'Preference-Applied': `wait=${seconds}` }),
      },
    });
  }
}
