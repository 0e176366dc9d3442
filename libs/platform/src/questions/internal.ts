import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public, Unlimited } from '#platform/security';
import { InternalGuard } from './internal.guard';

/** For controllers below `internal/`, which other processes of the shop call: not counted, and in no document. */
export const Internal = (): ClassDecorator =>
  applyDecorators(Public(), Unlimited(), ApiExcludeController(), UseGuards(InternalGuard));
