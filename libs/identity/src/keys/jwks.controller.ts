import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { answer, Answers, Bare, cachedFor, OperationDoc } from '#platform/http';
import { Public, Unlimited } from '#platform/security';
import { TokenKeys } from './token-keys.adapter';

const Jwks = z
  .object({
    keys: z.array(
      z.object({
        kid: z.string(),
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        x: z.string(),
        y: z.string(),
        alg: z.literal('ES256'),
        use: z.literal('sig'),
      }),
    ),
  })
  .meta({ id: 'Jwks' });

@ApiTags('Auth')
@Controller('.well-known')
export class JwksController {
  constructor(private readonly keys: TokenKeys) {}

  @Get('jwks.json')
  @Public()
  @Unlimited()
  @Bare()
  @OperationDoc('listSigningKeys', 'The public keys for the verification of access tokens')
  @Answers(200, Jwks)
  async list() {
    return answer(await this.keys.jwks(), { cacheControl: cachedFor(300) });
  }
}
