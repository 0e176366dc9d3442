import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public, Unlimited } from '#platform/security';
import { InternalGuard } from './internal.guard';

/**
 * For controllers below `internal/`. Only processes of the shop can call them. They have no rate limits, and are not in
 * the OpenAPI document.
 */
export const Internal = (): ClassDecorator =>
  applyDecorators(Public(), Unlimited(), ApiExcludeController(), UseGuards(InternalGuard));
