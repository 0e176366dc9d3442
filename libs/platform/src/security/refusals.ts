import type { DomainError } from '#kernel';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Takes note of refused attempts. The module that records them provides it. */
export abstract class Refusals {
  abstract note(context: ExecutionContext, request: FastifyRequest, refusal: DomainError): void;
}
