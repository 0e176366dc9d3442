import type { DomainError } from '#kernel';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Is told of refused attempts. Bound by the module that keeps a list of them. */
export abstract class Refusals {
  abstract note(context: ExecutionContext, request: FastifyRequest, refusal: DomainError): void;
}
