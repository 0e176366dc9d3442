import { CommandFactory } from 'nest-commander';
import { CliModule } from './cli.module';
import { allowClosedOutput, failure } from './output';

// The name of the program in the help texts.
process.argv[1] = 'shop';

allowClosedOutput(process.stdout);

void CommandFactory.run(CliModule, {
  logger: false,
  cliName: 'shop',
  errorHandler: (error) => process.exit(failure(error)),
  serviceErrorHandler: (error) => process.exit(failure(error)),
});
