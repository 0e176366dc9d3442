// What `#crash-points` is with `node --conditions=crash-tests`: CRASH_POINT=relay.delivered:3:SIGKILL ends the process at
// the third time it comes to that point. CRASH_LOG names a file that gets a line when it does.
const { appendFileSync } = require('node:fs');

const [wanted, nth = '1', signal = 'SIGKILL'] = (process.env['CRASH_POINT'] ?? '').split(':');
let left = Number(nth);

/** @param {string} name */
exports.crashPoint = (name) => {
  if (name !== wanted || --left !== 0) return;
  if (process.env['CRASH_LOG']) appendFileSync(process.env['CRASH_LOG'], `${name} ${signal} ${process.pid}\n`);
  process.kill(process.pid, signal);
};
