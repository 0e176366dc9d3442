import { Body, Controller, Delete, Get, Patch, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { IdShape } from '#kernel';
import {
  Answers,
  Immutable,
  findChangedImmutableFields,
  OperationDoc,
  Flag,
  InvalidInput,
  Line,
  PathId,
  PersonName,
  Phone,
  Refuses,
} from '#platform/http';
import { SignedIn, CurrentCaller, type UserCaller } from '#platform/security';
import { Addresses } from '../model/addresses.store';
import { AddressShape, addressView, type AddressView } from './address-view';
import { SaveAddress } from './save-address.command';
import { RemoveAddress } from './remove-address.command';

const Removed = z.object({ id: IdShape, removed: z.literal(true) }).meta({ id: 'AddressRemoved' });

class AddressBody {
  @PersonName({ optional: true, nullable: true, max: 50, example: 'Nhà' })
  label?: string | null;
  @PersonName({ example: 'Nguyễn Thị An' })
  recipient!: string;
  @Phone()
  phone!: string;
  @Line({ min: 1, max: 200, trim: true, example: '12 Lê Lợi' })
  line1!: string;
  @Line({ optional: true, nullable: true, min: 1, max: 200, trim: true })
  line2?: string | null;
  @Line({ optional: true, nullable: true, min: 1, max: 100, trim: true, example: 'Bến Nghé' })
  ward?: string | null;
  @Line({ optional: true, nullable: true, min: 1, max: 100, trim: true, example: 'Quận 1' })
  district?: string | null;
  @Line({ min: 1, max: 100, trim: true, example: 'TP. Hồ Chí Minh' })
  city!: string;
  @Flag({ optional: true })
  isDefault?: boolean;
}

/** A client can send back all fields of an address that it has read. */
class ChangeAddressBody {
  @Immutable(IdShape, { type: String, format: 'uuid' })
  id?: string;

  @PersonName({ optional: true, nullable: true, max: 50 })
  label?: string | null;
  @PersonName({ optional: true })
  recipient?: string;
  @Phone({ optional: true })
  phone?: string;
  @Line({ optional: true, min: 1, max: 200, trim: true })
  line1?: string;
  @Line({ optional: true, nullable: true, min: 1, max: 200, trim: true })
  line2?: string | null;
  @Line({ optional: true, nullable: true, min: 1, max: 100, trim: true })
  ward?: string | null;
  @Line({ optional: true, nullable: true, min: 1, max: 100, trim: true })
  district?: string | null;
  @Line({ optional: true, min: 1, max: 100, trim: true })
  city?: string;
  @Flag({ optional: true })
  isDefault?: boolean;
}

@ApiTags('Me')
@Controller('users/me/addresses')
@SignedIn()
export class MyAddressesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly addresses: Addresses,
  ) {}

  @Get()
  @OperationDoc('listMyAddresses', 'My addresses, in the order I added them')
  @Answers(200, AddressShape, { list: true })
  async list(@CurrentCaller() { userId }: UserCaller): Promise<AddressView[]> {
    return (await this.addresses.ofCustomer(userId)).map(addressView);
  }

  @Post()
  @OperationDoc('addMyAddress', 'Add an address; the first address becomes the default')
  @Answers(201, AddressShape)
  @Refuses('TOO_MANY_ADDRESSES', 'SUBJECT_ERASED')
  add(@CurrentCaller() { userId }: UserCaller, @Body() body: AddressBody): Promise<AddressView> {
    return this.commands.execute(new SaveAddress(userId, undefined, { ...body }));
  }

  @Patch(':id')
  @OperationDoc('changeMyAddress', 'Change one of my addresses')
  @Answers(200, AddressShape)
  @Refuses('NOT_FOUND', 'SUBJECT_ERASED', {
    status: 409,
    code: 'DEFAULT_ADDRESS_NEEDED',
    when: 'This is the default address. To change the default, make another address the default.',
  })
  change(
    @CurrentCaller() { userId }: UserCaller,
    @PathId() id: string,
    @Body() body: ChangeAddressBody,
  ): Promise<AddressView> {
    const wrong = findChangedImmutableFields({ id }, body);
    if (wrong.length > 0) throw new InvalidInput(wrong);
    return this.commands.execute(new SaveAddress(userId, id, withoutId(body)));
  }

  @Delete(':id')
  @OperationDoc('removeMyAddress', 'Remove one of my addresses')
  @Answers(200, Removed)
  @Refuses('NOT_FOUND')
  async remove(@CurrentCaller() { userId }: UserCaller, @PathId() id: string): Promise<z.infer<typeof Removed>> {
    await this.commands.execute(new RemoveAddress(userId, id));
    return { id, removed: true };
  }
}

const withoutId = ({ id: _, ...fields }: ChangeAddressBody) => fields;
