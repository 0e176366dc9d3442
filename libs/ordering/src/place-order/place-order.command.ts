import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Counter } from 'prom-client';
import { crashPoint } from '#crash-points';
import { derivedId, shopDay, type Uuid } from '#kernel';
import { CartOf, type CartOwner, type CartToOrder } from '#contracts/cart';
import { CatalogPrices, isPriced } from '#contracts/catalog';
import { Config } from '#platform/config';
import type { IdempotencyKey } from '#platform/event-store';
import { ambient } from '#platform/observability';
import { Vault } from '#platform/privacy';
import type { Caller } from '#platform/security';
import { Clock } from '#platform/system';
import { buyer, keyHolder } from '../model/actors';
import { bodyHash, KeyedCommands, type KeyedAnswer } from '../model/keyed-commands.store';
import { CartEmpty } from '../model/order-errors';
import { orderNumber } from '../model/order-number';
import type { PaymentMethod } from '../model/order';
import { Orders } from '../model/orders.store';
import { offeredMethod } from '../model/payment-methods';
import type { OrderView } from '../view-order/order-view';
import { AccountOf } from './account-of.adapter';
import { contactOf, type Account, type OrderWish } from './order-wish';
import { OrderedCarts } from './ordered-carts.store';
import { CountsOrders } from './orders-total.config';
import { orderLines, placeOrder } from './place-order';

/** Orders the caller's cart, once for each key. */
export class PlaceOrder extends Command<KeyedAnswer> {
  constructor(
    readonly caller: Caller,
    readonly wish: OrderWish,
    readonly key: string,
    readonly locale: 'vi' | 'en',
  ) {
    super();
  }
}

function ownerOf(caller: Caller): CartOwner {
  const { cartTokenHash } = caller;
  if (caller.kind === 'user') return { kind: 'user', userId: caller.userId, ...(cartTokenHash && { cartTokenHash }) };
  if (!caller.cartToken) throw new CartEmpty(); // without a token there never was a cart
  return { kind: 'guest', cartToken: caller.cartToken };
}

@CommandHandler(PlaceOrder)
export class PlaceOrderHandler implements ICommandHandler<PlaceOrder> {
  constructor(
    private readonly keyed: KeyedCommands,
    private readonly orders: Orders,
    private readonly carts: CartOf,
    private readonly ordered: OrderedCarts,
    private readonly prices: CatalogPrices,
    private readonly accounts: AccountOf,
    private readonly vault: Vault,
    private readonly clock: Clock,
    private readonly config: Config,
    @CountsOrders() private readonly placed: Counter,
  ) {}

  async execute({ caller, wish, key, locale }: PlaceOrder): Promise<KeyedAnswer> {
    const owner = ownerOf(caller);
    const idempotency = { caller: keyHolder(caller), key, bodyHash: bodyHash(wish), command: 'place-order' };
    const answer = await this.keyed.once(idempotency, async (commandId) => {
      const method = offeredMethod(wish.payment.method, this.config.paymentProviders);
      const cart = await this.ordered.settled(() => this.carts.owner(owner), owner);
      if (!cart || cart.lines.length === 0) throw new CartEmpty();
      return this.place(commandId, cart, { caller, wish, locale, method }, idempotency);
    });
    crashPoint('place-order.before-answer');
    if (!answer.replayed) this.placed.inc();
    return answer;
  }

  private async place(
    commandId: Uuid,
    { cartId, version: cartVersion, lines: wanted }: CartToOrder,
    { caller, wish, locale, method }: Pick<PlaceOrder, 'caller' | 'wish' | 'locale'> & { method: PaymentMethod },
    idempotency: IdempotencyKey,
  ): Promise<OrderView> {
    crashPoint('place-order.cart-read');
    const orderId = derivedId(commandId, 'order');
    const lines = orderLines(orderId, await this.priced(wanted, locale), wanted);
    const portions = wanted.flatMap(({ portions = [] }) => portions);
    const customerId = caller.kind === 'user' ? caller.userId : null;
    const subject = customerId ?? orderId;
    const sealed = await this.seal(subject, wish, await this.accounts.caller(caller, wish));
    const change = {
      ...{ orderId, commandId, actor: buyer(caller), idempotency, cart: { cartId, cartVersion, portions } },
      ...(customerId && { account: customerId }),
    };
    const day = shopDay(this.clock.now());
    const view = await this.orders.change({ ...change, fresh: true }, (order) =>
      placeOrder(
        order,
        {
          number: orderNumber(orderId, day),
          customerId,
          guestTokenHash: customerId ? null : (caller.cartTokenHash ?? null),
          subject,
          locale,
          lines,
          contact: { name: sealed.name, phone: sealed.phone, email: sealed.email },
          fulfilment: { type: wish.fulfilment.type, address: sealed.address },
          payment: { method, token: sealed.token, provider: null },
          note: sealed.note,
          cartId,
          cartVersion,
        },
        wish.expectedTotal,
      ),
    );
    return view!;
  }

  /** What is sold is named in the order's language; why something is not, in the one of the refusal. */
  private async priced(wanted: CartToOrder['lines'], locale: 'vi' | 'en') {
    const answers = await this.prices.price(wanted, locale);
    const spoken = ambient()?.locale ?? locale;
    return spoken === locale || answers.every(isPriced) ? answers : this.prices.price(wanted, spoken);
  }

  /** Every personal value, in one go. */
  private async seal(subject: Uuid, wish: OrderWish, account: Account | undefined) {
    const seal = (text: string | null | undefined) => (text ? this.vault.seal(subject, text) : null);
    const contact = contactOf(wish, account);
    const [name, phone, email, address, token, note] = await Promise.all([
      this.vault.seal(subject, contact.name),
      seal(contact.phone),
      seal(contact.email),
      seal(wish.fulfilment.type === 'delivery' ? wish.fulfilment.address : null),
      seal(wish.payment.method === 'card' ? wish.payment.token : null),
      seal(wish.note),
    ]);
    return { name, phone, email, address, token, note };
  }
}
