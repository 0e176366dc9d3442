import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { vnd, type Money } from '#kernel';
import {
  Amount,
  answer,
  Answers,
  BodyExample,
  OperationDoc,
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
import { currentRequest, shopLocale } from '#platform/observability';
import { Vault } from '#platform/privacy';
import { CartTokens, GuestOrUser, CurrentCaller, type Caller } from '#platform/security';
import { Orders } from '../model/orders.store';
import { OrderAnswer, showToOwner } from '../view-order/order-answer';
import type { DatedOrder } from '../model/dated-order';
import { FulfilmentTypes, type FulfilmentType } from '../model/placed-order';
import { DeliveryAddress, type DeliveryAddressBody } from './delivery-address.field';
import {
  findMissingFields,
  namedMethods,
  toOrderRequest,
  findUnusedFields,
  type NamedMethod,
  type OrderRequest,
} from './order-request';
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
  @OneOf(FulfilmentTypes.options, { example: 'pickup' })
  type!: FulfilmentType;

  @DeliveryAddress()
  address?: string | DeliveryAddressBody | null;
}

class PaymentBody {
  @OneOf(namedMethods, {
    description: 'If the shop does not accept this method now, the order is refused with PAYMENT_METHOD_UNAVAILABLE.',
    example: 'card',
  })
  method!: NamedMethod;

  @Text({
    min: 1,
    max: 255,
    optional: true,
    nullable: true,
    description: "The card's token. With the method `cash` it is refused.",
    example: 'tok_ok',
  })
  token?: string | null;
}

class PlaceOrderBody {
  @Nested(() => ContactBody, {
    optional: true,
    description: 'Required for guests. For customers, missing fields are taken from the account.',
  })
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
      "The total that the customer agreed to: the cart's `total`. If the total is different, the order is refused with PRICE_CHANGED.",
  })
  expectedTotal?: Money;
}

function mustBeComplete(request: OrderRequest, signedIn: boolean): void {
  const lacking = findMissingFields(request, signedIn).map((field) => ({ field, code: 'required' }));
  const locale = currentRequest()?.locale ?? 'en';
  const faults = [...lacking, ...findUnusedFields(request)].map(({ field, code }) => ({
    field,
    message: textOf(code, locale),
  }));
  if (faults.length > 0) throw new InvalidInput(faults);
}

@ApiTags('Orders')
@Controller('orders')
export class PlaceOrderController {
  constructor(
    private readonly commands: CommandBus,
    private readonly orders: Orders,
    private readonly outcomes: Outcomes,
    private readonly vault: Vault,
    private readonly cartTokens: CartTokens,
  ) {}

  @Post()
  @GuestOrUser()
  @OperationDoc(
    'placeOrder',
    "Place an order from the caller's cart",
    'The response comes at once, with a pending order. With `Prefer: wait=5` it comes after the outcome of the order, but ' +
      'after 5 s at the latest. The server computes the prices. A repeated request with the same key and body places no second order: the ' +
      'response has the same order, with `Idempotent-Replayed: true`. Without `Prefer`, a repeated request shows the order ' +
      'as it was placed (pending), even if it has changed since. With `Prefer`, it waits for the outcome like the first ' +
      'request.\n\n' +
      'The response to a guest has a new `X-Cart-Token`. For 30 days, the new token opens the cart and gives access to this ' +
      'order and to the guest’s earlier orders. The token of the request is spent: it no longer gives access to anything.\n\n' +
      'Keep the token, the key and the body until you have the response. If the response is lost, send the same request ' +
      'again. If the guest has logged in since, send the guest’s token together with the access token; the order still ' +
      'belongs to the guest. Send the request again before you request the cart: for a spent token, the cart returns the ' +
      'token of a new guest, and with that token the key does not find the order.',
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
      'Idempotent-Replayed': '`true` if a request with this key was handled before.',
      Location: 'The URL of the order.',
      'Preference-Applied': '`wait=5` if the response shows the outcome of the order.',
      'X-Cart-Token':
        'The guest’s new token. It replaces the token of the request. Keep it secret, and send it with all later requests.',
    },
  })
  @Refuses('VALIDATION_ERROR', 'IDEMPOTENCY_KEY_REQUIRED', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_IN_PROGRESS')
  @Refuses(
    'CART_EMPTY',
    {
      status: 409,
      code: 'CART_ALREADY_ORDERED',
      when: 'Everything in the cart was ordered before, or an order was placed with this `X-Cart-Token`. To get the response to that order again, send the same key and body.',
    },
    'VARIANT_UNAVAILABLE',
    'MODIFIERS_INVALID',
    {
      status: 409,
      code: 'ORDER_TOO_LARGE',
      when: 'The order has too many lines, too many pieces of one kind, a total that is too high, or more pieces than a guest who pays cash may order.',
    },
    {
      status: 409,
      code: 'PRICE_CHANGED',
      when: 'The total is not `expectedTotal`. Both amounts are in `details`, as `expectedTotal` and `total`.',
    },
    'SUBJECT_ERASED',
    {
      status: 409,
      code: 'PAYMENT_METHOD_UNAVAILABLE',
      when: 'The shop does not accept this payment method now. `details` has one entry for each method that it accepts; `value` is its name.',
    },
  )
  async place(
    @CurrentCaller() caller: Caller,
    @Body() body: PlaceOrderBody,
    @IdempotencyKey() key: string,
    @PreferWait() seconds: number,
  ): Promise<Answer> {
    const request = toOrderRequest(body);
    mustBeComplete(request, caller.kind === 'user');
    const { view, replayed } = await this.commands.execute(new PlaceOrder(caller, request, key, shopLocale()));
    const outcome = seconds > 0 ? await this.outcomes.wait(view.id, seconds * 1_000) : undefined;
    const shown = outcome ? await this.orders.view(view.id, outcome) : view;
    const newToken = this.tokenAfter(view, caller);
    return answer(await this.vault.openAll(showToOwner(shown), shown.id), {
      status: 201,
      headers: {
        Location: `/api/v1/orders/${view.id}`,
        ...(replayed && { 'Idempotent-Replayed': 'true' }),
        ...(outcome && { 'Preference-Applied': `wait=${seconds}` }),
        ...(newToken && { 'X-Cart-Token': newToken }),
      },
    });
  }

  /**
   * The guest's new cart token. Returns undefined for an account's order. Also returns undefined for a guest who
   * repeats the request with the token that came with this order or with a later order.
   */
  private tokenAfter({ placedAt, order: { placed } }: DatedOrder, { cartToken }: Caller): string | undefined {
    if (placed.customerId !== null || !cartToken || cartToken.since >= placed.cartVersion) return undefined;
    return this.cartTokens.after(cartToken, { cartVersion: placed.cartVersion, placedAt }).text;
  }
}
