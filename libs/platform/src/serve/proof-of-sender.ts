import { ForbiddenException, NotFoundException, UnauthorizedException } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Config } from '#platform/config';
import type { Proof } from '#platform/http';
import { isInternal } from '#platform/questions';
import { AccessTokens, bearerOf } from '#platform/security';

/**
 * Checks the sender before a large body is read. Staff must send a valid token. Other processes of the shop must send
 * the shared secret. A payment provider signs the body, so the body is read first. The guards of the route check the
 * exact permission later.
 */
export function proofOfSender(app: INestApplication, config: Config): Proof {
  const tokens = app.get(AccessTokens);
  const expectStaff = async (request: FastifyRequest): Promise<void> => {
    const token = bearerOf(request);
    if (token === null) throw new UnauthorizedException();
    const { permissions } = await tokens.callerOf(token);
    if (permissions.length === 0) throw new ForbiddenException();
  };
  return async (request, sender) => {
    if (sender === 'staff') await expectStaff(request);
    if (sender === 'service' && !isInternal(request.headers, config)) throw new NotFoundException();
  };
}
