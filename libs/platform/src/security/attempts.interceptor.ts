import { DomainError } from '#kernel';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Attempts } from './attempts';
import { STRICT_LIMIT } from './limits';
import { catchError, concatMap, from, throwError, type Observable } from 'rxjs';

const isRefused = (error: unknown): boolean => error instanceof DomainError && error.kind === 'unauthenticated';

const runAfter = (work: () => Promise<void>) =>
  concatMap(async (value: unknown) => {
    await work();
    return value;
  });

/** Reports the outcome of an attempt before the response is sent. */
@Injectable()
export class AttemptsInterceptor implements NestInterceptor {
  constructor(private readonly attempts: Attempts) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { attempt } = request;
    if (!attempt) {
      const isRegistration = Reflect.getMetadata(STRICT_LIMIT, context.getHandler()) === 'register';
      return isRegistration ? next.handle().pipe(runAfter(() => this.attempts.rememberPlace(request))) : next.handle();
    }
    return next.handle().pipe(
      runAfter(() => attempt.reportSuccess()),
      catchError((error: unknown) => {
        const reported = isRefused(error) ? attempt.reportFailure() : Promise.resolve(attempt.drop());
        return from(reported).pipe(concatMap(() => throwError(() => error)));
      }),
    );
  }
}
