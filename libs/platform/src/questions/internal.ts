import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public, Unlimited } from '#platform/security';
import { InternalGuard } from './internal.guard';

/** For controllers below `internal/`: only the shop's processes call them, without rate limits and OpenAPI entries. */
export const Internal = (): ClassDecorator =>
  applyDecorators(Public(), Unlimited(), ApiExcludeController(), UseGuards(InternalGuard));
