import { CommandFactory } from 'nest-commander';
import { CliModule } from './cli.module';
import { failure } from './output';

void CommandFactory.run(CliModule, {
  logger: false,
  cliName: 'shop',
  errorHandler: (error) => process.exit(failure(error)),
  serviceErrorHandler: (error) => process.exit(failure(error)),
});
