import { CommandFactory } from 'nest-commander';
import { CliModule } from './cli.module';
import { allowClosedOutput, failure } from './output';

// What the usage lines call us.
process.argv[1] = 'shop';

allowClosedOutput(process.stdout);

void CommandFactory.run(CliModule, {
  logger: false,
  cliName: 'shop',
  errorHandler: (error) => process.exit(failure(error)),
  serviceErrorHandler: (error) => process.exit(failure(error)),
});
