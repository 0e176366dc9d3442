import { z } from 'zod';
import { IdShape } from '#kernel';

export const UserShape = z
  .object({
    id: IdShape,
    email: z.email().meta({ example: 'an@example.com' }),
    name: z.string().meta({ example: 'Nguyễn Thị An' }),
    role: z.enum(['customer', 'barista', 'manager', 'auditor', 'admin']),
  })
  .meta({ id: 'User' });

export const SignedInShape = z
  .object({
    user: UserShape,
    accessToken: z.string().meta({ description: 'Sent as `Authorization: Bearer …`.' }),
    refreshToken: z.string().meta({ description: 'Used once at `/auth/refresh`, which answers with the next.' }),
    expiresIn: z.int().meta({ description: 'Seconds until the access token expires.', example: 900 }),
  })
  .meta({ id: 'SignedIn' });

export type SignedIn = z.infer<typeof SignedInShape>;
