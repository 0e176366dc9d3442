import type { DomainError } from '#kernel';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Records refused attempts. The audit module provides it. */
export abstract class RefusalRecorder {
  abstract recordRefusal(context: ExecutionContext, request: FastifyRequest, refusal: DomainError): void;
}
