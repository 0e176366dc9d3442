import { Module, type OnModuleInit } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';

/**
 * Nest's buses with all their handlers in place before any job starts. `CqrsModule` adds the handlers in
 * `onApplicationBootstrap`. Inbox workers, timers and log readers start in the same phase, and some of them start
 * earlier. A command that they execute before its handler is in place would fail.
 */
@Module({})
export class EarlyBusesModule extends CqrsModule implements OnModuleInit {
  onModuleInit(): void {
    super.onApplicationBootstrap();
  }

  /** The handlers are in place already. Adding them again would log a warning for each of them. */
  override onApplicationBootstrap(): void {}
}
