import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Injectable, NotFoundException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Config } from '#platform/config';

export const SECRET_HEADER = 'x-internal-secret';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Whether a request comes from a process of the shop. */
export function isInternal(headers: IncomingHttpHeaders, { internalSecret }: Pick<Config, 'internalSecret'>): boolean {
  const secret = headers[SECRET_HEADER];
  // Digests are compared, so that the duration does not reveal the content or the length of the secret.
  return typeof secret === 'string' && timingSafeEqual(digest(secret), digest(internalSecret));
}

/** Accepts only requests from processes of the shop. All other clients get 404. */
@Injectable()
export class InternalGuard implements CanActivate {
  constructor(private readonly config: Config) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: IncomingHttpHeaders }>();
    if (isInternal(headers, this.config)) return true;
    throw new NotFoundException();
  }
}
