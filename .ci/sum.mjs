// Adds up what Jest and the purchase really ran, and closes with one line that a machine can read.
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
  // A suite that does not even load counts as one failure; a pending test is one nobody ran.
  failed += run.numFailedTests + run.numRuntimeErrorTestSuites + run.numPendingTests;
  if (run.numPassedTests === 0) failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
