import { CommandFactory } from 'nest-commander';
import { CliModule } from './cli.module';
import { allowClosedOutput, printFailure } from './output';

// The name of the program in the help texts.
process.argv[1] = 'shop';

allowClosedOutput(process.stdout);

void CommandFactory.run(CliModule, {
  logger: false,
  cliName: 'shop',
  errorHandler: (error) => process.exit(printFailure(error)),
  serviceErrorHandler: (error) => process.exit(printFailure(error)),
});
