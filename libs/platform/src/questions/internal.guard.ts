import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable, NotFoundException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Config } from '#platform/config';

export const SECRET_HEADER = 'x-internal-secret';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** The shop's own processes only; to anybody else there is nothing here. */
@Injectable()
export class InternalGuard implements CanActivate {
  constructor(private readonly config: Config) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, unknown> }>();
    const told = headers[SECRET_HEADER];
    // of digests, so that neither content nor length shows in the time it takes
    if (typeof told === 'string' && timingSafeEqual(digest(told), digest(this.config.internalSecret))) return true;
    throw new NotFoundException();
  }
}
