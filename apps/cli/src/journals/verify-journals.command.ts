import { SubCommand } from 'nest-commander';
import { JournalWatch, type JournalVerdict } from '#messaging/journals';
import { JsonCommand, type JsonOption } from '../json-option';
import { ShopOpener } from '../shop-opener';
import { EXIT, print, printJson, printTable } from '../output';

@SubCommand({ name: 'verify', description: 'check all lines and their MACs; exit code 1 if there are problems' })
export class VerifyJournalsCommand extends JsonCommand {
  constructor(private readonly opener: ShopOpener) {
    super();
  }

  async run(_: string[], { json }: JsonOption): Promise<void> {
    const verdicts: readonly JournalVerdict[] = await this.opener.withShop(async ({ app }) => {
      const journals = app.get(JournalWatch, { strict: false, each: true });
      return Promise.all(journals.map((journal) => journal.check()));
    });
    if (verdicts.some(({ ok }) => !ok)) process.exitCode = EXIT.failed;
    if (json) return printJson(verdicts);
    for (const { journal, lines, before: withoutMac, found: problemCount, findings } of verdicts) {
      print(`${journal}: ${lines} lines read, ${problemCount} problems found`);
      if (withoutMac.lines > 0)
        print(
          `  ${withoutMac.lines} of these lines have no MAC, so they cannot be checked: they were written before there were MACs, the last one at ${withoutMac.through}`,
        );
      if (findings.length > 0)
        printTable(['line', 'order or saga', 'problem'], findings.map(({ line, about, message }) => [line, about, message])); // prettier-ignore
    }
  }
}
