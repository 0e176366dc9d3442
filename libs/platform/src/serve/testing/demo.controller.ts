import { DomainError, MoneyShape, NotFound, hasSeen, type Seen } from '#kernel';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { answer, Answers, AnyBody, AnyObject, Bare, cachedFor, OperationDoc, Email, etagOf, Flag, Id, IdempotencyKey, IfMatch, Instant, ListOf, Nested, OneOf, page, PageQuery, PathId, parseCursor, PreconditionFailed, PreferWait, Refuses, Text, WholeNumber } from '#platform/http'; // prettier-ignore
import { shopLocale } from '#platform/observability';
import {
  Allowed,
  GuestOrUser,
  Limited,
  Public,
  SignedIn,
  Unlimited,
  CurrentCaller,
  type Caller,
} from '#platform/security';

const Brew = z
  .object({ id: z.uuid(), name: z.string(), price: MoneyShape, note: z.string().nullable().optional() })
  .meta({ id: 'Brew' });

class VariantBody {
  @Text({ min: 1, max: 50 })
  name!: string;

  @WholeNumber({ min: 0, max: 1_000 })
  stock!: number;
}

class PackBody {
  @WholeNumber({ min: 1 })
  grams!: number;
}

class BrewBody {
  @Text({ min: 3, max: 255, example: 'Cà phê sữa đá', trim: true })
  name!: string;

  @ListOf(() => VariantBody, { min: 1, max: 5 })
  variants!: VariantBody[];

  @Nested(() => PackBody, { optional: true })
  pack?: PackBody;

  @Email({ optional: true })
  email?: string;

  @Flag({ default: false })
  featured!: boolean;

  @Instant({ optional: true })
  from?: Date;

  @Id({ optional: true })
  brandId?: string;

  @ListOf('uuid', { max: 3, optional: true })
  tags?: string[];

  @Text({ max: 20, optional: true, nullable: true })
  note?: string | null;
}

class PlanBody {
  @AnyObject()
  plan!: object;
}

class LogInBody {
  @Email()
  email!: string;

  @Text({ max: 100 })
  password!: string;
}

class PasswordBody {
  @Text({ max: 100 })
  password!: string;
}

class BrewQuery extends PageQuery {
  @OneOf(['name', 'price'], { default: 'name' })
  sort!: 'name' | 'price';
}

const brew = (name: string) => ({
  id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071',
  name,
  price: { amount: 55_000, currency: 'VND' as const },
});

/** A slow response: it waits until `finish` is called. */
export class Slow {
  private static reached: () => void = () => undefined;
  private static release: () => void = () => undefined;

  static whenBegun = (): Promise<void> => new Promise((whenBegun) => (Slow.reached = whenBegun));
  static finish = (): void => Slow.release();
  static answer = (): Promise<void> =>
    new Promise((finished) => {
      Slow.release = finished;
      Slow.reached();
    });
}

/** A public response that comes from a cache. `isCurrent` says whether the cached value is still valid. */
@ApiTags('brews')
@Controller('menu')
export class MenuController {
  static isCurrent = true;
  /** How often the controller was called. */
  static asked = 0;

  @Get()
  @Public()
  @OperationDoc('readMenu', 'Read the menu')
  @Answers(200, Brew)
  read(@Res() reply: FastifyReply): void {
    MenuController.asked += 1;
    reply.validity = { kind: 'menu', isCurrent: () => MenuController.isCurrent };
    void reply
      .header('etag', '"menu-1"')
      .header('content-type', 'application/json; charset=utf-8')
      .send(Buffer.from(JSON.stringify({ success: true, data: brew(`Trà ${shopLocale()}`) })));
  }
}

@ApiTags('brews')
@Controller('brews')
export class DemoController {
  @Get()
  @GuestOrUser()
  @OperationDoc('listBrews', 'List brews')
  @Answers(200, Brew, { paged: true })
  list(@Query() { limit, cursor, sort }: BrewQuery) {
    const from = parseCursor(cursor, z.number().int()) ?? 0;
    const rows = Array.from({ length: 5 }, (_, n) => ({ n, name: `${sort} ${n}` })).slice(from, from + limit + 1);
    return page(rows, limit, (row) => row.n + 1, (row) => brew(row.name)); // prettier-ignore
  }

  @Get('me')
  @SignedIn()
  me(@CurrentCaller() caller: Caller) {
    return caller;
  }

  @Get('whoever')
  @GuestOrUser()
  whoever(@CurrentCaller() caller: Caller) {
    return caller;
  }

  @Get('secret')
  @Allowed('catalog')
  secret() {
    return 'the recipe';
  }

  @Get('forgotten')
  forgotten() {
    return 'without an access rule nobody gets this';
  }

  @Get('bare')
  @Public()
  @Bare()
  bare() {
    return { keys: [] };
  }

  @Get('broken')
  @Public()
  broken(): never {
    throw new Error('secret inner workings');
  }

  @Get('slow')
  @Public()
  async slow() {
    await Slow.answer();
    return 'at last';
  }

  @Get('away')
  @Public()
  away(): never {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
  }

  @Get('cached')
  @Public()
  cached() {
    return answer(brew('cached'), { etag: true, cacheControl: cachedFor(60) });
  }

  @Get('free')
  @Public()
  @Unlimited()
  free() {
    return 'not counted';
  }

  @Get('slugs/:slug')
  @Public()
  slug(@Param('slug') slug: string) {
    return slug;
  }

  @Get(':id')
  @Public()
  @OperationDoc('viewBrew', 'One brew')
  @Answers(200, Brew)
  @Refuses('NOT_FOUND')
  view(@PathId() id: string) {
    if (id !== brew('x').id) throw new NotFound('brew');
    return answer(brew('one'), { etag: etagOf(7) });
  }

  @Patch(':id')
  @Allowed('catalog')
  change(@PathId() _id: string, @IfMatch() seen: Seen, @Body() _body: PackBody) {
    if (!hasSeen(seen, 7)) throw new PreconditionFailed();
    return { version: 8 };
  }

  @Post()
  @Allowed('catalog')
  @OperationDoc('addBrew', 'Add a brew')
  @Answers(201, Brew, { description: 'It is on the menu.' })
  @Refuses('SKU_TAKEN', { status: 409, code: 'MENU_FULL', when: 'There is room for no more.' })
  add(@Body() body: BrewBody) {
    if (body.name === 'taken') throw new DomainError('SKU_TAKEN', 'conflict', 'This SKU is taken. Choose another.');
    return { ...body, from: body.from?.toISOString() };
  }

  @Post('orders')
  @Public()
  @Answers(202, null)
  order(@IdempotencyKey() key: string, @PreferWait(5) wait: number) {
    return { key, wait };
  }

  @Post('plain')
  @Public()
  plain(@Body() body: PackBody) {
    return body;
  }

  @Post('nothing')
  @Public()
  nothing() {
    return null;
  }

  @Delete(':id')
  @Public()
  @Answers(204, null)
  remove(@PathId() _id: string) {}

  @Post('log-in')
  @Public()
  @Limited('login')
  @Answers(200, null)
  async logIn(@Body() { password }: LogInBody) {
    if (password === 'slow') await Slow.answer();
    if (password !== 'right') throw new DomainError('CREDENTIALS_WRONG', 'unauthenticated', 'Wrong.');
    return {};
  }

  @Post('password')
  @SignedIn()
  @Limited('password')
  @Answers(200, null)
  password(@Body() { password }: PasswordBody) {
    if (password !== 'right') throw new DomainError('CREDENTIALS_WRONG', 'unauthenticated', 'Wrong.');
    return {};
  }

  @Post('register')
  @Public()
  @Limited('register')
  register() {
    return {};
  }
}

@ApiTags('brews')
@Controller('admin/brews')
@Allowed('catalog')
export class AdminBrewsController {
  @Post()
  @Answers(201, null)
  add(@Body() _body: BrewBody) {}

  @Post('plans')
  @Answers(201, null)
  plan(@Body() _body: PlanBody) {}
}

@ApiTags('brews')
@Controller('payments/webhooks')
@Public()
@Unlimited()
export class WebhookController {
  @Post(':provider')
  @AnyBody()
  @Answers(201, null)
  receive() {}
}
