import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CartOf, type CartOwner, type CartToOrder, type ReturnedLine } from '#contracts/cart';
import { AnyObject, Id, InvalidInput, ListOf, OneOf, Text, WholeNumber } from '#platform/http';
import type { Money } from '#kernel';
import { Internal } from '#platform/questions';

class OwnerBody {
  @OneOf(['user', 'guest'])
  kind!: 'user' | 'guest';

  @Id({ optional: true })
  userId?: string;

  @Text({ min: 1, max: 255, optional: true })
  cartTokenHash?: string;

  @Text({ min: 1, max: 255, optional: true })
  cartToken?: string;
}

class ReturnedModifierBody {
  @Id()
  optionId!: string;

  @WholeNumber({ min: 1 })
  quantity!: number;
}

class ReturnedPortionBody {
  @Id()
  id!: string;

  @WholeNumber({ min: 1 })
  quantity!: number;
}

class ReturnedLineBody {
  @Id()
  variantId!: string;

  @WholeNumber({ min: 1 })
  quantity!: number;

  @ListOf(() => ReturnedModifierBody, { max: 100 })
  modifiers!: ReturnedModifierBody[];

  @ListOf(() => ReturnedPortionBody, { max: 1_000, optional: true })
  portions?: ReturnedPortionBody[];

  @AnyObject({ optional: true })
  price?: Money;

  @AnyObject()
  label!: ReturnedLine['label'];
}

class ReturnedOrderBody {
  @Id()
  orderId!: string;

  @Id()
  cartId!: string;

  @WholeNumber({ min: 0 })
  cartVersion!: number;

  @ListOf(() => ReturnedLineBody, { min: 1, max: 200 })
  lines!: ReturnedLineBody[];
}

/**
 * Answers the questions of `CartOf` over HTTP, for the other processes of the application. The answer is null if
 * the owner has no cart yet.
 */
@Internal()
@Controller('internal/cart-of')
export class CartToOrderController {
  constructor(private readonly carts: CartOf) {}

  @Post()
  @HttpCode(200)
  async owner(@Body() body: OwnerBody): Promise<CartToOrder | null> {
    return (await this.carts.find(ownerFromBody(body))) ?? null;
  }

  @Post('returns')
  @HttpCode(200)
  async takeBack(@Body() order: ReturnedOrderBody): Promise<null> {
    await this.carts.returnLines(order);
    return null;
  }
}

function ownerFromBody({ kind, userId, cartTokenHash, cartToken }: OwnerBody): CartOwner {
  if (kind === 'user' && userId) return { kind, userId, ...(cartTokenHash && { cartTokenHash }) };
  if (kind === 'guest' && cartToken) return { kind, cartToken };
  throw new InvalidInput([{ field: kind === 'user' ? 'userId' : 'cartToken', message: 'is required' }]);
}
