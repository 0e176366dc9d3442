import { Global, Module } from '@nestjs/common';
import { Clock, SystemClock } from './clock';
import { DatabaseTime } from './database-time';
import { Ids, SystemIds } from './ids';

/** Time and ids: the database's time, and the machine's own time for the end of tokens. */
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
