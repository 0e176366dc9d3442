import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Counter } from 'prom-client';
import { crashPoint } from '#crash-points';
import { derivedId, shopDay, type DomainError, type Uuid } from '#kernel';
import { CartOf, type CartOwner, type CartToOrder } from '#contracts/cart';
import { CatalogPrices, isPriced } from '#contracts/catalog';
import { Config } from '#platform/config';
import { currentRequest } from '#platform/observability';
import { Vault } from '#platform/privacy';
import { formatGuestTokenState, type Caller, type CartToken } from '#platform/security';
import { Clock } from '#platform/system';
import { accountMustBeOpen } from '../model/account-open.store';
import { buyerActor, keyOwnerOf } from '../model/actors';
import { keyUsedOnce, type IdempotencyKey } from '../model/idempotency-keys.store';
import { bodyHash, KeyedCommands, type KeyedAnswer } from '../model/keyed-commands.store';
import { CartEmpty } from '../model/order-errors';
import { orderNumber } from '../model/order-number';
import type { PaymentMethod } from '../model/placed-order';
import { Orders } from '../model/orders.store';
import { PersonalValuePlaces } from '../model/personal-value-places.adapter';
import { requireOfferedMethod } from '../model/payment-methods';
import { GuestTokens, type OrderOfToken } from '../view-order/guest-tokens.query';
import type { DatedOrder } from '../model/dated-order';
import { CallerAccounts } from './caller-accounts.adapter';
import { CartAlreadyOrdered } from './cart-already-ordered';
import { cartOrderedOnce } from './cart-guards.store';
import { contactOf, type Account, type OrderRequest } from './order-request';
import { OrderedCarts } from './ordered-carts.store';
import { InjectOrdersTotal } from './orders-total.config';
import { orderLines, placeOrder } from './place-order';

/** Orders the caller's cart. A repeated request with the same key places no second order. */
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

function cartOwnerOf(caller: Caller): CartOwner {
  if (caller.kind === 'user') {
    const { userId, guestBefore } = caller;
    return { kind: 'user', userId, ...(guestBefore && { cartTokenHash: formatGuestTokenState(guestBefore) }) };
  }
  if (!caller.cartToken) throw new CartEmpty(); // a guest without a token never had a cart
  return { kind: 'guest', cartToken: caller.cartToken.text };
}

const newCartAlreadyOrdered = ({ cartId, cartVersion, orderId }: OrderOfToken): DomainError =>
  new CartAlreadyOrdered(cartId, cartVersion, orderId);

@CommandHandler(PlaceOrder)
export class PlaceOrderHandler implements ICommandHandler<PlaceOrder> {
  constructor(
    private readonly keyedCommands: KeyedCommands,
    private readonly orders: Orders,
    private readonly carts: CartOf,
    private readonly orderedCarts: OrderedCarts,
    private readonly prices: CatalogPrices,
    private readonly accounts: CallerAccounts,
    private readonly guests: GuestTokens,
    private readonly vault: Vault,
    private readonly places: PersonalValuePlaces,
    private readonly clock: Clock,
    private readonly config: Config,
    @InjectOrdersTotal() private readonly ordersTotal: Counter,
  ) {}

  async execute({ caller, request, key, locale }: PlaceOrder): Promise<KeyedAnswer> {
    const owner = cartOwnerOf(caller);
    const idempotency = { caller: keyOwnerOf(caller), key, bodyHash: bodyHash(request), command: 'place-order' };
    const earlier = await this.findPlacedBeforeLogIn(caller, idempotency);
    if (earlier) return earlier;
    const answer = await this.keyedCommands.runOnce(idempotency, async (commandId) => {
      const method = requireOfferedMethod(request.payment.method, this.config.paymentProviders);
      // The call waits while the cart still has lines of an earlier order.
      const cart = await this.orderedCarts.readWithoutOrderedLines(() => this.carts.find(owner), owner);
      if (!cart || cart.lines.length === 0) throw await this.refusalOfEmptyCart(caller);
      return this.place(commandId, cart, { caller, request, locale, method }, idempotency);
    });
    crashPoint('place-order.before-answer');
    if (!answer.replayed) this.ordersTotal.inc();
    else if (caller.kind === 'guest') {
      const refusal = await this.refusalOfRepeat(caller.cartToken!, answer.view);
      if (refusal) throw refusal;
    }
    return answer;
  }

  /**
   * Finds the order that a guest placed with this key before the log-in. A client that got no response repeats the
   * request after the log-in, with the old cart token and the access token. The order still belongs to the guest.
   */
  private async findPlacedBeforeLogIn(caller: Caller, idempotency: IdempotencyKey): Promise<KeyedAnswer | undefined> {
    const { kind, cartToken } = caller;
    if (kind === 'guest' || !cartToken) return undefined;
    const view = await this.keyedCommands.findAnswer({
      ...idempotency,
      caller: keyOwnerOf({ kind: 'guest', cartToken }),
    });
    if (!view || (await this.refusalOfRepeat(cartToken, view))) return undefined;
    return { view, replayed: true };
  }

  /**
   * Returns the refusal of a guest's repeated request if another order was placed with the token. Returns undefined for
   * the guest's newest token, and for the token with which this order was placed.
   */
  private async refusalOfRepeat(token: CartToken, { id }: DatedOrder): Promise<DomainError | undefined> {
    const spentOn = await this.guests.findOrderOfToken(token);
    return spentOn && spentOn.orderId !== id ? newCartAlreadyOrdered(spentOn) : undefined;
  }

  /**
   * Returns the reason why there is nothing to order: the cart is empty, or an order was already placed with the
   * guest's token.
   */
  private async refusalOfEmptyCart(caller: Caller): Promise<DomainError> {
    const token = caller.kind === 'guest' ? caller.cartToken : undefined;
    const spentOn = token && (await this.guests.findOrderOfToken(token));
    return spentOn ? newCartAlreadyOrdered(spentOn) : new CartEmpty();
  }

  private async place(
    commandId: Uuid,
    { cartId, version: cartVersion, lines: cartLines }: CartToOrder,
    { caller, request, locale, method }: Pick<PlaceOrder, 'caller' | 'request' | 'locale'> & { method: PaymentMethod },
    idempotency: IdempotencyKey,
  ): Promise<DatedOrder> {
    crashPoint('place-order.cart-read');
    const orderId = derivedId(commandId, 'order');
    const lines = orderLines(orderId, await this.priceLines(cartLines, locale), cartLines);
    const portions = cartLines.flatMap(({ portions = [] }) => portions);
    const customerId = caller.kind === 'user' ? caller.userId : null;
    const guestToken = caller.kind === 'guest' ? caller.cartToken : undefined;
    const subject = customerId ?? orderId;
    const sealed = await this.seal({ orderId, subject, caller, request }, await this.accounts.find(caller, request));
    const guards = [
      ...(customerId ? [accountMustBeOpen({ subject: customerId })] : []),
      keyUsedOnce(idempotency),
      ...cartOrderedOnce({ cartId, cartVersion, portions, ...(guestToken && { guest: guestToken }) }),
    ];
    const change = { orderId, commandId, actor: buyerActor(caller), guards };
    const day = shopDay(this.clock.now());
    const view = await this.orders.change({ ...change, isNew: true }, (order) =>
      placeOrder(
        order,
        {
          number: orderNumber(orderId, day),
          customerId,
          guestTokenHash: guestToken?.guestHash ?? null,
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

  /**
   * Returns the prices, with product names in the language of the order. If a product cannot be priced, the refusal is
   * in the language of the request.
   */
  private async priceLines(cartLines: CartToOrder['lines'], locale: 'vi' | 'en') {
    const answers = await this.prices.price(cartLines, locale);
    const requestLocale = currentRequest()?.locale ?? locale;
    return requestLocale === locale || answers.every(isPriced) ? answers : this.prices.price(cartLines, requestLocale);
  }

  /** Seals every personal value in one call. */
  private async seal(
    { orderId, subject, caller, request }: Pick<PlaceOrder, 'caller' | 'request'> & { orderId: Uuid; subject: Uuid },
    account: Account | undefined,
  ) {
    // A customer's name was sealed at registration, so the customer's key must exist. For guests and staff, the key is
    // perhaps created here.
    const hasSealed = caller.kind === 'user' && caller.role === 'customer';
    const sealText = (field: string, text: string) => {
      const place = this.places.of(orderId, field);
      return this.vault.seal(subject, text, { hasSealed, ...(place && { place }) });
    };
    const sealIfPresent = (field: string, text: string | null | undefined) => (text ? sealText(field, text) : null);
    const contact = contactOf(request, account);
    const [name, phone, email, address, token, note] = await Promise.all([
      sealText('name', contact.name),
      sealIfPresent('phone', contact.phone),
      sealIfPresent('email', contact.email),
      sealIfPresent('address', request.fulfilment.type === 'delivery' ? request.fulfilment.address : null),
      sealIfPresent('token', request.payment.method === 'card' ? request.payment.token : null),
      sealIfPresent('note', request.note),
    ]);
    return { name, phone, email, address, token, note };
  }
}
