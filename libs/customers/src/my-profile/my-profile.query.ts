import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import { IdShape, type Uuid } from '#kernel';
import { ROLES } from '#platform/security';
import { Customers } from '../model/customers.store';

export const Profile = z
  .object({
    id: IdShape,
    email: z.email().meta({ example: 'an@example.com' }),
    name: z.string().meta({ example: 'Nguyễn Thị An' }),
    phone: z.string().nullable().meta({ example: '0901234567' }),
    locale: z.enum(['vi', 'en']),
    role: z.enum(ROLES),
    version: z.int(),
  })
  .meta({ id: 'Profile' });
export type Profile = z.infer<typeof Profile>;

export class MyProfile extends Query<Omit<Profile, 'role'> | undefined> {
  constructor(readonly customerId: Uuid) {
    super();
  }
}

@QueryHandler(MyProfile)
export class MyProfileHandler implements IQueryHandler<MyProfile> {
  constructor(private readonly customers: Customers) {}

  async execute({ customerId }: MyProfile): Promise<Omit<Profile, 'role'> | undefined> {
    const customer = await this.customers.find(customerId);
    if (!customer) return undefined;
    const { id, email, name, phone, locale, version } = customer;
    return { id, email, name, phone, locale, version };
  }
}
