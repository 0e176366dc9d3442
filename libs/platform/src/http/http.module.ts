import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { EnvelopeInterceptor } from './envelope.interceptor';
import { ApiPages } from './api-pages';
import { FailureFilter } from './failure.filter';
import { ReadyAnswers } from './ready/ready-answers';
import { ShopValidationPipe } from './validation.pipe';

/** The envelope, the errors and the validation of every route. */
@Global()
@Module({
  providers: [
    ApiPages,
    FailureFilter,
    ReadyAnswers,
    { provide: APP_FILTER, useExisting: FailureFilter },
    { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
    { provide: APP_PIPE, useClass: ShopValidationPipe },
  ],
  exports: [FailureFilter, ReadyAnswers],
})
export class HttpModule {}
