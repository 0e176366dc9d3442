import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Config } from '#platform/config';
import { DatabaseModule, Databases } from '#database';
import { RestoreListener, SealKey } from '#event-store';
import { WITHOUT_JOBS } from '#database/leadership';
import { configuredMacKey, MacKey } from '#platform/macs';
import { Clock, Ids } from '#platform/system';
import { AuditTrail } from './audit-trail.store';
import { RefusalRecorder } from '#platform/security';
import { AuditController } from './audit.controller';
import { AuditInterceptor } from './audit.interceptor';
import { ListAuditHandler } from './audit.query';
import { verifyAudit } from './chain-check';
import { AuditTrailHealth, AuditWatch } from './chain-watch';
import { AuditChain } from './chain.job';
import { AuditRefusalRecorder } from './audit-refusal-recorder.adapter';
import { AuditVerifications } from './verifications';
import { AuditVerificationRows } from './verifications.store';

type VerificationParts = [Ids, MacKey, AuditWatch, AuditChain];

/** The audit trail of the back office. Every process writes to it, and every process can read it. */
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
    { provide: RefusalRecorder, useClass: AuditRefusalRecorder },
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
    ListAuditHandler,
    {
      provide: SealKey,
      inject: [Config],
      useFactory: ({ sealSigningKey, sealFormerKeys }: Config) => new SealKey(sealSigningKey, sealFormerKeys),
    },
    configuredMacKey,
    {
      provide: AuditWatch,
      inject: [Databases, SealKey, Config, { token: WITHOUT_JOBS, optional: true }],
      useFactory: (databases: Databases, key: SealKey, { sealAnchorFile }: Config, withoutJobs?: true) =>
        new AuditWatch(databases.of('audit'), key, `${sealAnchorFile}-audit`, withoutJobs === true),
    },
    { provide: RestoreListener, useExisting: AuditWatch },
    {
      provide: AuditTrailHealth,
      inject: [AuditWatch, AuditChain],
      useFactory: (watch: AuditWatch, chain: AuditChain) => new AuditTrailHealth(() => watch.fault ?? chain.fault),
    },
    {
      provide: AuditChain,
      inject: [Databases, SealKey, Clock, AuditWatch],
      useFactory: (databases: Databases, key: SealKey, clock: Clock, watch: AuditWatch) =>
        new AuditChain(databases.of('audit'), key, clock, watch),
    },
    {
      provide: AuditVerifications,
      inject: [Databases, SealKey, Ids, MacKey, AuditWatch, AuditChain],
      useFactory: (databases: Databases, key: SealKey, ...[ids, macKey, watch, chain]: VerificationParts) => {
        const db = databases.of('audit');
        const findOtherFault = async () => (await watch.checkSeals()) ?? chain.fault;
        return new AuditVerifications(
          (progress, signal) => verifyAudit(db, key, { findOtherFault, onProgress: progress, signal }),
          new AuditVerificationRows(db, macKey),
          ids,
        );
      },
    },
  ],
  exports: [AuditTrail, RefusalRecorder, RestoreListener],
})
export class AuditModule {}
