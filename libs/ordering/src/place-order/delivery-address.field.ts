import { Flag, Id, Line, NestedOrText, PersonName, Phone, Text } from '#platform/http';

/** An address in the format of `/users/me/addresses`. */
export class DeliveryAddressBody {
  @Line({ min: 1, max: 200, trim: true, example: '12 Lê Lợi' })
  line1!: string;
  @Line({ optional: true, nullable: true, max: 200, trim: true, example: 'Lầu 2' })
  line2?: string | null;
  @Line({ optional: true, nullable: true, max: 100, trim: true, example: 'Bến Nghé' })
  ward?: string | null;
  @Line({ optional: true, nullable: true, max: 100, trim: true, example: 'Quận 1' })
  district?: string | null;
  @Line({ optional: true, nullable: true, max: 100, trim: true, example: 'TP. Hồ Chí Minh' })
  city?: string | null;
  @PersonName({ optional: true, nullable: true, description: 'Used as the name if `contact` has none.' })
  recipient?: string | null;
  @Phone({ optional: true, nullable: true, description: 'Used as the telephone if `contact` has none.' })
  phone?: string | null;
  @Id({ optional: true, nullable: true, description: 'Not used.' })
  id?: string | null;
  @Text({ optional: true, nullable: true, max: 50, description: 'Not used.', example: 'Nhà' })
  label?: string | null;
  @Flag({ optional: true, nullable: true, description: 'Not used.' })
  isDefault?: boolean | null;
}

/** The address of a delivery: one text, or an address in the format of `/users/me/addresses`. */
export const DeliveryAddress = (): PropertyDecorator =>
  NestedOrText(
    () => DeliveryAddressBody,
    { min: 1, max: 500, trim: true },
    {
      optional: true,
      nullable: true,
      description:
        'Required for a delivery, and refused for a pickup: one text, or an address in the format of `/users/me/addresses`. Its lines, ward, district and ' +
        'city are joined to one text, in this order.',
      example: '12 Lê Lợi, Bến Nghé, TP. Hồ Chí Minh',
    },
  );
