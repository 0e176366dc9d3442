import { SubCommand } from 'nest-commander';
import { JournalWatch, type JournalVerdict } from '#messaging/journals';
import { JsonCommand, type JsonOption } from '../json-option';
import { Operator } from '../operator';
import { EXIT, print, printJson, printTable } from '../output';

@SubCommand({ name: 'verify', description: 'check the MAC of every line; exit code 1 if one is wrong' })
export class VerifyJournalsCommand extends JsonCommand {
  constructor(private readonly operator: Operator) {
    super();
  }

  async run(_: string[], { json }: JsonOption): Promise<void> {
    const verdicts: readonly JournalVerdict[] = await this.operator.withShop(async ({ app }) => {
      const journals = app.get(JournalWatch, { strict: false, each: true });
      return Promise.all(journals.map((journal) => journal.check()));
    });
    if (verdicts.some(({ ok }) => !ok)) process.exitCode = EXIT.failed;
    if (json) return printJson(verdicts);
    for (const { journal, lines, before, found, findings } of verdicts) {
      print(`${journal}: ${lines} lines checked, ${found} problems found`);
      if (before.lines > 0)
        print(`  ${before.lines} other lines, up to ${before.through}, are older than the MACs and cannot be checked`);
      if (findings.length > 0)
        printTable(['line', 'about', 'problem'], findings.map(({ line, about, message }) => [line, about, message])); // prettier-ignore
    }
  }
}
