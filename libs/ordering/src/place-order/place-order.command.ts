import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Counter } from 'prom-client';
import { crashPoint } from '#crash-points';
import { derivedId, shopDay, type DomainError, type Uuid } from '#kernel';
import { CartOf, type CartOwner, type CartToOrder } from '#contracts/cart';
import { CatalogPrices, isPriced } from '#contracts/catalog';
import { Config } from '#platform/config';
import { ambient } from '#platform/observability';
import { Vault } from '#platform/privacy';
import { standingText, type Caller, type CartToken } from '#platform/security';
import { Clock } from '#platform/system';
import { accountOpen } from '../model/account-open.store';
import { buyer, keyHolder } from '../model/actors';
import { keyUsedOnce, type IdempotencyKey } from '../model/idempotency-keys.store';
import { bodyHash, KeyedCommands, type KeyedAnswer } from '../model/keyed-commands.store';
import { CartEmpty } from '../model/order-errors';
import { orderNumber } from '../model/order-number';
import type { PaymentMethod } from '../model/placed-order';
import { Orders } from '../model/orders.store';
import { Places } from '../model/places.adapter';
import { offeredMethod } from '../model/payment-methods';
import { GuestTokens, type SpentOn } from '../view-order/guest-tokens.query';
import type { DatedOrder } from '../model/dated-order';
import { AccountOf } from './account-of.adapter';
import { CartAlreadyOrdered } from './cart-already-ordered';
import { cartOrderedOnce } from './cart-guards.store';
import { contactOf, type Account, type OrderRequest } from './order-request';
import { OrderedCarts } from './ordered-carts.store';
import { InjectOrdersTotal } from './orders-total.config';
import { orderLines, placeOrder } from './place-order';

/** Orders the caller's cart, once for each key. */
export class PlaceOrder extends Command<KeyedAnswer> {
  constructor(
    readonly caller: Caller,
    readonly request: OrderRequest,
    readonly key: string,
    readonly locale: 'vi' | 'en',
  ) {
    super();
  }
}

function ownerOf(caller: Caller): CartOwner {
  if (caller.kind === 'user') {
    const { userId, guestBefore } = caller;
    return { kind: 'user', userId, ...(guestBefore && { cartTokenHash: standingText(guestBefore) }) };
  }
  if (!caller.cartToken) throw new CartEmpty(); // no token, so there never was a cart
  return { kind: 'guest', cartToken: caller.cartToken.text };
}

const alreadyOrdered = ({ cartId, cartVersion, orderId }: SpentOn): DomainError =>
  new CartAlreadyOrdered(cartId, cartVersion, orderId);

@CommandHandler(PlaceOrder)
export class PlaceOrderHandler implements ICommandHandler<PlaceOrder> {
  constructor(
    private readonly keyed: KeyedCommands,
    private readonly orders: Orders,
    private readonly carts: CartOf,
    private readonly ordered: OrderedCarts,
    private readonly prices: CatalogPrices,
    private readonly accounts: AccountOf,
    private readonly guests: GuestTokens,
    private readonly vault: Vault,
    private readonly places: Places,
    private readonly clock: Clock,
    private readonly config: Config,
    @InjectOrdersTotal() private readonly placed: Counter,
  ) {}

  async execute({ caller, request, key, locale }: PlaceOrder): Promise<KeyedAnswer> {
    const owner = ownerOf(caller);
    const idempotency = { caller: keyHolder(caller), key, bodyHash: bodyHash(request), command: 'place-order' };
    const earlier = await this.placedBeforeLogIn(caller, idempotency);
    if (earlier) return earlier;
    const answer = await this.keyed.once(idempotency, async (commandId) => {
      const method = offeredMethod(request.payment.method, this.config.paymentProviders);
      const cart = await this.ordered.settled(() => this.carts.owner(owner), owner);
      if (!cart || cart.lines.length === 0) throw await this.nothingToOrder(caller);
      return this.place(commandId, cart, { caller, request, locale, method }, idempotency);
    });
    crashPoint('place-order.before-answer');
    if (!answer.replayed) this.placed.inc();
    else if (caller.kind === 'guest') {
      const refusal = await this.whyNotRepeated(caller.cartToken!, answer.view);
      if (refusal) throw refusal;
    }
    return answer;
  }

  /**
   * Finds the order that a guest placed with this key before the log-in, if its answer was lost. The client then sends
   * the old cart token together with the access token. The order still belongs to the guest.
   */
  private async placedBeforeLogIn(caller: Caller, asked: IdempotencyKey): Promise<KeyedAnswer | undefined> {
    const { kind, cartToken } = caller;
    if (kind === 'guest' || !cartToken) return undefined;
    const view = await this.keyed.answered({ ...asked, caller: keyHolder({ kind: 'guest', cartToken }) });
    if (!view || (await this.whyNotRepeated(cartToken, view))) return undefined;
    return { view, replayed: true };
  }

  /**
   * The refusal of a repeated request. The guest's newest token and the token that placed the order get the answer
   * again. Any other token is refused.
   */
  private async whyNotRepeated(token: CartToken, { id }: DatedOrder): Promise<DomainError | undefined> {
    const spentOn = await this.guests.spentOn(token);
    return spentOn && spentOn.orderId !== id ? alreadyOrdered(spentOn) : undefined;
  }

  /** Says why there is nothing to order: the cart is empty, or an order was already placed with the guest's token. */
  private async nothingToOrder(caller: Caller): Promise<DomainError> {
    const token = caller.kind === 'guest' ? caller.cartToken : undefined;
    const spentOn = token && (await this.guests.spentOn(token));
    return spentOn ? alreadyOrdered(spentOn) : new CartEmpty();
  }

  private async place(
    commandId: Uuid,
    { cartId, version: cartVersion, lines: wanted }: CartToOrder,
    { caller, request, locale, method }: Pick<PlaceOrder, 'caller' | 'request' | 'locale'> & { method: PaymentMethod },
    idempotency: IdempotencyKey,
  ): Promise<DatedOrder> {
    crashPoint('place-order.cart-read');
    const orderId = derivedId(commandId, 'order');
    const lines = orderLines(orderId, await this.priced(wanted, locale), wanted);
    const portions = wanted.flatMap(({ portions = [] }) => portions);
    const customerId = caller.kind === 'user' ? caller.userId : null;
    const guest = caller.kind === 'guest' ? caller.cartToken : undefined;
    const subject = customerId ?? orderId;
    const sealed = await this.seal({ orderId, subject, caller, request }, await this.accounts.caller(caller, request));
    const guards = [
      ...(customerId ? [accountOpen({ subject: customerId })] : []),
      keyUsedOnce(idempotency),
      ...cartOrderedOnce({ cartId, cartVersion, portions, ...(guest && { guest }) }),
    ];
    const change = { orderId, commandId, actor: buyer(caller), guards };
    const day = shopDay(this.clock.now());
    const view = await this.orders.change({ ...change, fresh: true }, (order) =>
      placeOrder(
        order,
        {
          number: orderNumber(orderId, day),
          customerId,
          guestTokenHash: guest?.guest ?? null,
          subject,
          locale,
          lines,
          contact: { name: sealed.name, phone: sealed.phone, email: sealed.email },
          fulfilment: { type: request.fulfilment.type, address: sealed.address },
          payment: { method, token: sealed.token, provider: null },
          note: sealed.note,
          cartId,
          cartVersion,
        },
        request.expectedTotal,
        this.config.guestCashMaxItems || Infinity,
      ),
    );
    return view!;
  }

  /** The products have names in the order's language. If one has no price, the refusal is in the request's language. */
  private async priced(wanted: CartToOrder['lines'], locale: 'vi' | 'en') {
    const answers = await this.prices.price(wanted, locale);
    const spoken = ambient()?.locale ?? locale;
    return spoken === locale || answers.every(isPriced) ? answers : this.prices.price(wanted, spoken);
  }

  /** Seals every personal value in one call. */
  private async seal(
    { orderId, subject, caller, request }: Pick<PlaceOrder, 'caller' | 'request'> & { orderId: Uuid; subject: Uuid },
    account: Account | undefined,
  ) {
    const hasSealed = caller.kind === 'user' && caller.role === 'customer'; // their name was sealed at registration
    const sealed = (field: string, text: string) => {
      const place = this.places.of(orderId, field);
      return this.vault.seal(subject, text, { hasSealed, ...(place && { place }) });
    };
    const seal = (field: string, text: string | null | undefined) => (text ? sealed(field, text) : null);
    const contact = contactOf(request, account);
    const [name, phone, email, address, token, note] = await Promise.all([
      sealed('name', contact.name),
      seal('phone', contact.phone),
      seal('email', contact.email),
      seal('address', request.fulfilment.type === 'delivery' ? request.fulfilment.address : null),
      seal('token', request.payment.method === 'card' ? request.payment.token : null),
      seal('note', request.note),
    ]);
    return { name, phone, email, address, token, note };
  }
}
