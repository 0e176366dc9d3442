import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { DatabaseModule, Databases } from '#platform/database';
import { AuditTrail } from './audit-trail.store';
import { AuditController } from './audit.controller';
import { AuditInterceptor } from './audit.interceptor';
import { ListAuditHandler } from './audit.query';

/** The audit trail of the back office: every process writes it, and any of them reads it. */
@Global()
@Module({
  imports: [DatabaseModule],
  controllers: [AuditController],
  providers: [
    {
      provide: AuditTrail,
      inject: [Databases],
      useFactory: (databases: Databases) => new AuditTrail(databases.of('audit')),
    },
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
    ListAuditHandler,
  ],
  exports: [AuditTrail],
})
export class AuditModule {}
