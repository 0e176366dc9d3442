import { Body, Controller, Delete, Patch, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';

import type { Uuid } from '#kernel';
import {
  answer,
  Answers,
  Does,
  etagOf,
  IfMatch,
  Line,
  PathId,
  Refuses,
  Text,
  Whole,
  type Answer,
} from '#platform/http';
import { Allowed } from '#platform/security';

import { ArrangeShelves, type Arrangement } from './arrange-shelves.command';
import { ArrangedBrandShape, ArrangedCategoryShape } from './label-answer';
import type { LabelKind, StoredLabel } from './labels.store';

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

class LabelChangeBody {
  @Line({ min: 2, max: 100, optional: true, example: 'Cà phê & Espresso' })
  name?: string;

  @Text({ min: 1, max: 80, pattern: SLUG, optional: true, example: 'coffee-espresso' })
  slug?: string;

  @Text({ max: 2000, optional: true, nullable: true })
  description?: string | null;
}
class CategoryChangeBody extends LabelChangeBody {
  @Line({ min: 2, max: 100, optional: true, nullable: true, example: 'Coffee & espresso' })
  nameEn?: string | null;

  @Whole({ min: 0, max: 10_000, optional: true, description: 'Its place among the categories.' })
  position?: number;
}
class CategoryBody extends CategoryChangeBody {
  @Text({ min: 2, max: 100, example: 'Cà phê & Espresso' })
  declare name: string;
}
class BrandBody extends LabelChangeBody {
  @Text({ min: 2, max: 100, example: 'Trung Nguyên' })
  declare name: string;
}

@ApiTags('Catalogue, for staff')
@Controller('admin')
@Allowed('catalog')
export class ArrangeShelvesController {
  constructor(private readonly commands: CommandBus) {}

  @Post('categories')
  @Does('createCategory', 'Add a category')
  @Answers(201, ArrangedCategoryShape)
  @Refuses('SLUG_TAKEN')
  addCategory(@Body() make: CategoryBody): Promise<Answer<StoredLabel | null>> {
    return this.arrange('category', { make });
  }

  @Patch('categories/:id')
  @Does('editCategory', 'Change a category, and how every product of it shows it')
  @Answers(200, ArrangedCategoryShape)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED', 'SLUG_TAKEN')
  editCategory(
    @PathId() id: Uuid,
    @Body() change: CategoryChangeBody,
    @IfMatch() seen: number | undefined,
  ): Promise<Answer<StoredLabel | null>> {
    return this.arrange('category', { change, id, seen });
  }

  @Delete('categories/:id')
  @Does('removeCategory', 'Remove a category that nothing is filed under')
  @Answers(204, null)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED', 'LABEL_IN_USE')
  async removeCategory(@PathId() id: Uuid, @IfMatch() seen: number | undefined): Promise<void> {
    await this.arrange('category', { remove: true, id, seen });
  }

  @Post('brands')
  @Does('createBrand', 'Add a brand')
  @Answers(201, ArrangedBrandShape)
  @Refuses('SLUG_TAKEN')
  addBrand(@Body() make: BrandBody): Promise<Answer<StoredLabel | null>> {
    return this.arrange('brand', { make });
  }

  @Patch('brands/:id')
  @Does('editBrand', 'Change a brand, and how every product of it shows it')
  @Answers(200, ArrangedBrandShape)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED', 'SLUG_TAKEN')
  editBrand(
    @PathId() id: Uuid,
    @Body() change: LabelChangeBody,
    @IfMatch() seen: number | undefined,
  ): Promise<Answer<StoredLabel | null>> {
    return this.arrange('brand', { change, id, seen });
  }

  @Delete('brands/:id')
  @Does('removeBrand', 'Remove a brand that nothing is filed under')
  @Answers(204, null)
  @Refuses('NOT_FOUND', 'PRECONDITION_FAILED', 'LABEL_IN_USE')
  async removeBrand(@PathId() id: Uuid, @IfMatch() seen: number | undefined): Promise<void> {
    await this.arrange('brand', { remove: true, id, seen });
  }

  private async arrange(kind: LabelKind, arrangement: Arrangement): Promise<Answer<StoredLabel | null>> {
    const label = await this.commands.execute(new ArrangeShelves(kind, arrangement));
    return answer(label, label ? { etag: etagOf(label.version) } : {});
  }
}
