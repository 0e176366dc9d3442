import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import type { Uuid, Seen } from '#kernel';
import {
  answer,
  Answers,
  BodyExample,
  OperationDoc,
  IfMatch,
  MomentShape,
  OneOf,
  page,
  PageQuery,
  PathId,
  parseCursor,
  PRIVATE,
  Refuses,
  HasEtag,
  etagOfView,
  type Answer,
} from '#platform/http';
import { Allowed } from '#platform/security';

import { ProductChangeBody, RestoreBody } from '../list-product/product-body.controller';
import {
  StaffProductShape,
  staffStatuses,
  parseStaffStatus,
  type StaffProductView,
  type StaffStatus,
} from './staff-product-view';
import { EditProduct } from './edit-product.command';
import { ListProducts, LookUpProduct } from './staff-products.query';
import { RemoveProduct } from './remove-product.command';
import { RestoreProduct } from './restore-product.command';

class ProductsQuery extends PageQuery {
  @OneOf(staffStatuses, { optional: true, description: 'By default: all products except archived ones.' })
  status?: StaffStatus;
}

const cursorShape = z.object({ at: MomentShape, id: z.uuid() });

@ApiTags('Catalogue, for staff')
@Controller('admin/products')
export class EditProductController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Allowed('catalog')
  @OperationDoc(
    'listProductsForStaff',
    'Products as they are stored, newest first; archived products only with `status=archived`',
  )
  @Answers(200, StaffProductShape, { list: true, paged: true })
  async list(@Query() { status, limit, cursor }: ProductsQuery): Promise<Answer<StaffProductView[]>> {
    const after = parseCursor(cursor, cursorShape);
    const wanted = status && parseStaffStatus(status);
    const found = await this.queries.execute(new ListProducts(wanted, limit + 1, after));
    return page(
      found,
      limit,
      (one) => one.place,
      (one) => one.product,
    );
  }

  @Get(':id')
  @Allowed('catalog')
  @HasEtag()
  @OperationDoc('lookUpProduct', 'A product as it is stored; it may also be a draft or archived')
  @Answers(200, StaffProductShape)
  @Refuses('NOT_FOUND')
  async lookUp(@PathId() id: Uuid): Promise<Answer<StaffProductView>> {
    const product = await this.queries.execute(new LookUpProduct(id));
    return answer(product, { etag: etagOfView(product), cacheControl: PRIVATE });
  }

  @Patch(':id')
  @Allowed('catalog')
  @BodyExample({ basePrice: 31000, featured: true, translations: { en: { name: 'Iced milk coffee' } } })
  @OperationDoc(
    'editProduct',
    'Change the fields that are sent; a product may be sent back as it was read, and null clears a field',
    'The request is refused if `id`, `slug`, `category` or `brand` differ from the stored values. To change the category or ' +
      'the brand, send `categoryId` or `brandId`. Fields that the shop computes, such as `price` and `available`, are ignored.',
  )
  @Answers(200, StaffProductShape)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED', 'SKU_TAKEN', 'LABEL_GONE', 'STOCK_BELOW_RESERVED')
  async edit(
    @PathId() id: Uuid,
    @Body() change: ProductChangeBody,
    @IfMatch() seen: Seen,
  ): Promise<Answer<StaffProductView>> {
    const product = await this.commands.execute(new EditProduct(id, change, seen));
    return answer(product, { etag: etagOfView(product) });
  }

  @Post(':id/restore')
  @HttpCode(200)
  @Allowed('catalog')
  @BodyExample({ sku: 'CA-PHE-SUA-DA-2' })
  @OperationDoc('restoreProduct', 'Restore an archived product, with its ids and its stock')
  @Answers(200, StaffProductShape)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED', 'SKU_TAKEN', 'LABEL_GONE', 'NOT_ARCHIVED')
  async restore(
    @PathId() id: Uuid,
    @Body() request: RestoreBody,
    @IfMatch() seen: Seen,
  ): Promise<Answer<StaffProductView>> {
    const product = await this.commands.execute(new RestoreProduct(id, request, seen));
    return answer(product, { etag: etagOfView(product) });
  }

  @Delete(':id')
  @Allowed('catalog')
  @OperationDoc('removeProduct', 'Archive a product, so that customers no longer see it')
  @Answers(204, null)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED')
  async remove(@PathId() id: Uuid, @IfMatch() seen: Seen): Promise<void> {
    await this.commands.execute(new RemoveProduct(id, seen));
  }
}
