import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CartOf, type CartOwner, type CartToOrder } from '#contracts/cart';
import { Id, InvalidInput, OneOf, Text } from '#platform/http';
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

/** `CartOf` for other processes of the shop; null where the owner has no cart yet. */
@Internal()
@Controller('internal/cart-of')
export class CartToOrderController {
  constructor(private readonly carts: CartOf) {}

  @Post()
  @HttpCode(200)
  async owner(@Body() body: OwnerBody): Promise<CartToOrder | null> {
    return (await this.carts.owner(ownerIn(body))) ?? null;
  }
}

function ownerIn({ kind, userId, cartTokenHash, cartToken }: OwnerBody): CartOwner {
  if (kind === 'user' && userId) return { kind, userId, ...(cartTokenHash && { cartTokenHash }) };
  if (kind === 'guest' && cartToken) return { kind, cartToken };
  throw new InvalidInput([{ field: kind === 'user' ? 'userId' : 'cartToken', message: 'is required' }]);
}
