import { z } from 'zod';
import { IdShape } from '#kernel';

export const AddressShape = z
  .object({
    id: IdShape,
    label: z.string().nullable().meta({ example: 'Nhà' }),
    recipient: z.string().meta({ example: 'Nguyễn Thị An' }),
    phone: z.string().meta({ example: '0901234567' }),
    line1: z.string().meta({ example: '12 Lê Lợi' }),
    line2: z.string().nullable(),
    ward: z.string().nullable().meta({ example: 'Bến Nghé' }),
    district: z.string().nullable().meta({ example: 'Quận 1' }),
    city: z.string().meta({ example: 'TP. Hồ Chí Minh' }),
    isDefault: z.boolean(),
  })
  .meta({ id: 'Address' });
export type AddressView = z.infer<typeof AddressShape>;

export const addressView = ({
  id,
  label,
  recipient,
  phone,
  line1,
  line2,
  ward,
  district,
  city,
  isDefault,
}: AddressView): AddressView => ({
  ...{ id, label, recipient, phone, line1, line2, ward, district, city, isDefault },
});
