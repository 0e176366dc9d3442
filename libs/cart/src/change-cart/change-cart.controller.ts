import { Body, Controller, Delete, Patch, Post } from '@nestjs/common';
import { CommandBus, QueryBus, type Command } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape, MoneyShape, type Money, type Uuid } from '#kernel';
import {
  Answers,
  Immutable,
  OperationDoc,
  Id,
  IfMatchTags,
  ListOf,
  PathId,
  ReadOnly,
  Refuses,
  etagOfView,
  WholeNumber,
  type Answer,
} from '#platform/http';
import { shopLocale } from '#platform/observability';
import { GuestOrUser, CurrentCaller, type Caller } from '#platform/security';
import { maxLineQuantity, type Cart } from '../model/cart';
import { CartChanged } from '../model/cart-errors';
import { cartAnswer } from '../view-cart/cart-answer.adapter';
import { CartLineView, CartView } from '../view-cart/cart-view';
import { tokenHeader, TokenMeta } from '../view-cart/token-header';
import { ViewCart } from '../view-cart/view-cart.query';
import { Visitors, type Visitor } from '../visitors.adapter';
import { AddItem } from './add-item.command';
import { ChangeItem } from './change-item.command';
import { RemoveItems } from './remove-items.command';

/** The catalogue's limits: the most pieces of one option, and the most options of one product. */
const maxOptionQuantity = 50;
const maxChosenOptions = 20 * 50;

class ModifierBody {
  @Id({ description: 'An option of one of the product’s modifier groups.' })
  optionId!: string;

  @WholeNumber({ min: 1, max: maxOptionQuantity, default: 1, example: 1 })
  quantity: number = 1;
}

class ItemBody {
  @Id()
  variantId!: string;

  @WholeNumber({ min: 1, max: maxLineQuantity, example: 2 })
  quantity!: number;

  @ListOf(() => ModifierBody, { max: 20, default: [] })
  modifiers: ModifierBody[] = [];
}

const money = {
  type: 'object',
  properties: { amount: { type: 'integer' }, currency: { type: 'string', enum: ['VND'] } },
} as const;

/** A chosen option. The client can send back all fields that it has read. */
class ModifierChangeBody extends ModifierBody {
  @ReadOnly(z.string(), { type: String, example: 'Đường' })
  group?: string | null;

  @ReadOnly(z.string(), { type: String, example: 'Ít đường' })
  name?: string | null;

  @ReadOnly(MoneyShape, money)
  price?: Money | null;
}

const { priceChanged: PriceChangedShape, problem: ProblemShape } = CartLineView.shape;

/** A client can send back all fields of a line that it has read. */
class ItemChangeBody {
  @WholeNumber({ min: 1, max: maxLineQuantity, optional: true, example: 3 })
  quantity?: number;

  @ListOf(() => ModifierChangeBody, { max: maxChosenOptions, optional: true })
  modifiers?: ModifierChangeBody[];

  @Immutable(IdShape, { type: String, format: 'uuid' })
  id?: string;

  @Immutable(IdShape, { type: String, format: 'uuid' })
  variantId?: string;

  @ReadOnly(IdShape, { type: String, format: 'uuid' })
  productId?: string;

  @ReadOnly(z.string(), { type: String, example: 'CFS-M' })
  sku?: string;

  @ReadOnly(z.string(), { type: String, example: 'Cà phê sữa đá' })
  name?: string;

  @ReadOnly(z.string(), { type: String, example: 'Vừa' })
  variantName?: string;

  @ReadOnly(z.string(), { type: String })
  imageUrl?: string | null;

  @ReadOnly(MoneyShape, money)
  unitPrice?: Money | null;

  @ReadOnly(PriceChangedShape, {
    type: 'object',
    properties: { from: money, to: money },
    description:
      'Becomes null when a client changes the line, because the client has then seen the new price. It stays if the client sends it back unchanged and changes nothing else.',
  })
  priceChanged?: object | null;

  @ReadOnly(MoneyShape, money)
  lineTotal?: Money | null;

  @ReadOnly(z.int(), { type: 'integer', example: 117 })
  available?: number;

  @ReadOnly(ProblemShape, { type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' } } })
  problem?: object | null;
}

const variantUnavailable = {
  status: 404,
  code: 'VARIANT_UNAVAILABLE',
  when: 'This variant is not for sale, or is no longer for sale.',
};
const modifiersInvalid = {
  status: 400,
  code: 'MODIFIERS_INVALID',
  when: 'The options do not fit the rules of their groups.',
};

@ApiTags('Cart')
@GuestOrUser()
@Controller('cart')
export class ChangeCartController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly visitors: Visitors,
  ) {}

  @Post('items')
  @OperationDoc('addCartItem', 'Add an item to your cart; the quantity of an equal line is raised')
  @Answers(201, CartView, { headers: tokenHeader, meta: TokenMeta })
  @Refuses(variantUnavailable, modifiersInvalid, 'CART_FULL', 'LINE_TOO_LARGE', 'PRECONDITION_FAILED')
  add(
    @Body() wanted: ItemBody,
    @CurrentCaller() caller: Caller,
    @IfMatchTags() tags?: readonly string[],
  ): Promise<Answer<CartView>> {
    return this.runAndView(caller, tags, (owner, seen) => new AddItem(owner, wanted, localeHere(), seen));
  }

  @Patch('items/:lineId')
  @OperationDoc('changeCartItem', 'Change the quantity or the options of a line')
  @Answers(200, CartView, { headers: tokenHeader, meta: TokenMeta })
  @Refuses('NOT_FOUND', variantUnavailable, modifiersInvalid, 'LINE_TOO_LARGE', 'PRECONDITION_FAILED')
  change(
    @PathId('lineId') lineId: Uuid,
    @Body() change: ItemChangeBody,
    @CurrentCaller() caller: Caller,
    @IfMatchTags() tags?: readonly string[],
  ): Promise<Answer<CartView>> {
    const fixedFields = {
      ...(change.id && { id: change.id }),
      ...(change.variantId && { variantId: change.variantId }),
    };
    return this.runAndView(
      caller,
      tags,
      (owner, seen) => new ChangeItem(owner, lineId, sentFields(change), fixedFields, localeHere(), seen),
    );
  }

  @Delete('items/:lineId')
  @OperationDoc('removeCartItem', 'Remove a line from your cart')
  @Answers(200, CartView, { headers: tokenHeader, meta: TokenMeta })
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED')
  remove(
    @PathId('lineId') lineId: Uuid,
    @CurrentCaller() caller: Caller,
    @IfMatchTags() tags?: readonly string[],
  ): Promise<Answer<CartView>> {
    return this.runAndView(caller, tags, (owner, seen) => new RemoveItems(owner, lineId, seen));
  }

  @Delete()
  @OperationDoc('clearCart', 'Empty your cart')
  @Answers(200, CartView, { headers: tokenHeader, meta: TokenMeta })
  @Refuses('PRECONDITION_FAILED')
  clear(@CurrentCaller() caller: Caller, @IfMatchTags() tags?: readonly string[]): Promise<Answer<CartView>> {
    return this.runAndView(caller, tags, (owner, seen) => new RemoveItems(owner, undefined, seen));
  }

  private runAndView(
    caller: Caller,
    tags: readonly string[] | undefined,
    command: (owner: Visitor['owner'], seen?: number) => Command<Cart>,
  ): Promise<Answer<CartView>> {
    return this.visitors.serve(caller, async (visitor) => {
      const seen = tags && (await this.requireSeenVersion(visitor, tags));
      const cart = await this.commands.execute(command(visitor.owner, seen));
      return cartAnswer(await this.queries.execute(new ViewCart(visitor.owner, localeHere(), cart)), visitor);
    });
  }

  /** The cart's version. Refuses the request if the cart or its prices have changed since the caller read them. */
  private async requireSeenVersion({ owner }: Visitor, tags: readonly string[]): Promise<number> {
    const view = await this.queries.execute(new ViewCart(owner, localeHere()));
    if (!tags.includes(etagOfView(view))) throw new CartChanged(view.version);
    return view.version;
  }
}

const localeHere = () => shopLocale();

/** Only the fields that were sent. The other fields do not change. */
const sentFields = ({ quantity, modifiers, priceChanged }: ItemChangeBody) => ({
  ...(quantity !== undefined && { quantity }),
  ...(modifiers && { modifiers: modifiers.map(({ optionId, quantity: pieces }) => ({ optionId, quantity: pieces })) }),
  ...(priceChanged && { sentBack: true as const }),
});
