import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Answers, OperationDoc, HasEtag, type Answer } from '#platform/http';
import { shopLocale } from '#platform/observability';
import { GuestOrUser, CurrentCaller, type Caller } from '#platform/security';
import { Visitors, type Visitor } from '../visitors.adapter';
import { cartAnswer } from './cart-answer.adapter';
import { CartView } from './cart-view';
import { tokenHeader, TokenMeta } from './token-header';
import { ViewCart } from './view-cart.query';

@ApiTags('Cart')
@GuestOrUser()
@Controller('cart')
export class ViewCartController {
  constructor(
    private readonly queries: QueryBus,
    private readonly visitors: Visitors,
  ) {}

  @Get()
  @HasEtag()
  @OperationDoc(
    'viewCart',
    'Your cart at today’s prices',
    'A guest sends the `X-Cart-Token` of the newest response that had one. The first response has one, and so has each ' +
      'response to an order. If you did not get the response to an order, first send the order again, with the same token, ' +
      'key and body. After an order was placed with a token, this call returns an empty cart for this token, and the token ' +
      'of a new guest.',
  )
  @Answers(200, CartView, { headers: tokenHeader, meta: TokenMeta })
  view(@CurrentCaller() caller: Caller): Promise<Answer<CartView>> {
    const readCart = async (visitor: Visitor) =>
      cartAnswer(await this.queries.execute(new ViewCart(visitor.owner, shopLocale())), visitor);
    return this.visitors.serve(caller, readCart, 'reads');
  }
}
