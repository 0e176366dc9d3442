import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Answers, Does, Tagged, type Answer } from '#platform/http';
import { shopLocale } from '#platform/observability';
import { GuestOrUser, Who, type Caller } from '#platform/security';
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
  @Tagged()
  @Does(
    'viewCart',
    'Your cart at today’s prices',
    'A guest sends the newest `X-Cart-Token` that an answer carried: the first answer carries one, and each answer to an ' +
      'order. If the answer to an order is missing, repeat the order first, with the same token, key and body. Once a ' +
      'token has ordered, this call answers it with an empty cart and the token of a new guest.',
  )
  @Answers(200, CartView, { headers: tokenHeader, meta: TokenMeta })
  view(@Who() caller: Caller): Promise<Answer<CartView>> {
    const readCart = async (visitor: Visitor) =>
      cartAnswer(await this.queries.execute(new ViewCart(visitor.owner, shopLocale())), visitor);
    return this.visitors.serve(caller, readCart, 'reads');
  }
}
