import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiTags } from '@nestjs/swagger';

import { answer, Answers, OperationDoc, Refuses, HasEtag, etagOfView, type Answer } from '#platform/http';
import { Allowed } from '#platform/security';

import type { ProductDraft } from '../model/product';
import { StaffProductShape, type StaffProductView } from '../edit-product/staff-product-view';
import { ListProduct } from './list-product.command';
import { ProductBody, NewProductPipe } from './product-body.controller';

@ApiTags('Catalogue, for staff')
@Controller('admin/products')
export class ListProductController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @Allowed('catalog')
  @HasEtag()
  @OperationDoc('createProduct', 'Add a product, published or as a draft')
  @ApiBody({ type: ProductBody })
  @Answers(201, StaffProductShape, { headers: { Location: 'The URL of the product, for staff.' } })
  @Refuses('SKU_TAKEN')
  async list(@Body(new NewProductPipe()) draft: ProductDraft): Promise<Answer<StaffProductView>> {
    const product = await this.commands.execute(new ListProduct(draft));
    return answer(product, {
      etag: etagOfView(product),
      headers: { location: `/api/v1/admin/products/${product.id}` },
    });
  }
}
