import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Answers, Does, Tagged, type Answer } from '#platform/http';
import { shopLocale } from '#platform/observability';
import { GuestOrUser, Who, type Caller } from '#platform/security';
import { visitorFrom } from '../whose-cart.adapter';
import { cartAnswer } from './cart-answer.adapter';
import { CartView } from './cart-view';
import { tokenHeader } from './token-header';
import { ViewCart } from './view-cart.query';

@ApiTags('Cart')
@GuestOrUser()
@Controller('cart')
export class ViewCartController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Tagged()
  @Does('viewCart', 'Your cart at today’s prices', 'A guest sends the `X-Cart-Token` that the first answer gave.')
  @Answers(200, CartView, { headers: tokenHeader })
  async view(@Who() caller: Caller): Promise<Answer<CartView>> {
    const visitor = visitorFrom(caller);
    const view = await this.queries.execute(new ViewCart(visitor.owner, shopLocale()));
    return cartAnswer(view, visitor);
  }
}
