// The implementation of `#crash-points` with `node --conditions=crash-tests`.
// CRASH_POINT=relay.delivered@ordering:3:SIGKILL kills the process when it passes this point for the third time. Without
// `@ordering`, every point with this name counts.
// CRASH_LOG: a file that gets a line when the process is killed.
// CRASH_SEEN: a file that gets the name of each point when it is passed for the first time.
// CRASH_INSTRUCTIONS: a file with a value like CRASH_POINT. It is read again at every SIGUSR2.
const { appendFileSync, readFileSync } = require('node:fs');

const { CRASH_POINT = '', CRASH_LOG, CRASH_SEEN, CRASH_INSTRUCTIONS } = process.env;
const seen = new Set();
let wanted;
let left;
let signal;

/** @param {string} instruction */
function arm(instruction) {
  [wanted, left = '1', signal = 'SIGKILL'] = instruction.trim().split(':');
  left = Number(left);
}

arm(CRASH_POINT);
if (CRASH_INSTRUCTIONS) process.on('SIGUSR2', () => arm(readFileSync(CRASH_INSTRUCTIONS, 'utf8')));

/**
 * @param {string} name
 * @param {string[]} at
 */
exports.crashPoint = (name, ...at) => {
  const full = at.length > 0 ? `${name}@${at.join('/')}` : name;
  if (CRASH_SEEN && !seen.has(full)) {
    seen.add(full);
    appendFileSync(CRASH_SEEN, `${full}\n`);
  }
  if ((wanted !== full && wanted !== name) || --left !== 0) return;
  if (CRASH_LOG) appendFileSync(CRASH_LOG, `${full} ${signal} ${process.pid} ${Date.now()}\n`);
  process.kill(process.pid, signal);
};
