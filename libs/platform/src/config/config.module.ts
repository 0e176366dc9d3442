import { Module, type DynamicModule } from '@nestjs/common';
import { Config } from './config';

/** Provides the configuration that was read at the start. */
@Module({})
export class ConfigModule {
  static with(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: Config, useValue: config }],
      exports: [Config],
    };
  }
}
