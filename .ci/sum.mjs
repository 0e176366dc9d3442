// Adds up the passed and failed tests of Jest and of `buy-one.mjs`, and prints both sums in the last line.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...leftOut] = process.argv.slice(2);
const expected = ['tests.json', 'adapters.json', 'long.json', 'faults.json', 'bought.json', 'bought-24.json'].filter(
  (name) => !leftOut.includes(name),
);
const missing = expected.filter((name) => !readdirSync(folder).includes(name));
let passed = 0;
let failed = missing.length;
for (const name of leftOut) console.log(`${name}: left out`);
for (const name of missing) console.error(`${name}: nothing was run`);
for (const name of expected.filter((each) => !missing.includes(each))) {
  const run = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  passed += run.numPassedTests;
  // A suite that cannot be loaded counts as one failure. A pending test was not run, so it counts as a failure too.
  failed += run.numFailedTests + run.numRuntimeErrorTestSuites + run.numPendingTests;
  if (run.numPassedTests === 0) failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
