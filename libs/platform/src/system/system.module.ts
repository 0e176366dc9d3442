import { Global, Module } from '@nestjs/common';
import { Clock, SystemClock } from './clock';
import { DatabaseTime } from './database-time';
import { Ids, SystemIds } from './ids';

/**
 * Provides the time and new ids. `Clock` is the database's time. `SystemClock` is the machine's time, and is used for
 * the expiry of tokens.
 */
@Global()
@Module({
  providers: [
    { provide: DatabaseTime, useFactory: () => new DatabaseTime() },
    { provide: Clock, useExisting: DatabaseTime },
    SystemClock,
    { provide: Ids, useClass: SystemIds },
  ],
  exports: [Clock, DatabaseTime, SystemClock, Ids],
})
export class SystemModule {}
