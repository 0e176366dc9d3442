// What `#crash-points` is with `node --conditions=crash-tests`. CRASH_POINT=relay.delivered@ordering:3:SIGKILL ends the
// process at the third time it comes to that point; without `@ordering`, to any point of that name. CRASH_LOG names a file
// that gets a line when it does, CRASH_SEEN one that gets the name of every point the first time it is come to.
// CRASH_ORDERS names a file that says the same as CRASH_POINT, read again at every SIGUSR2.
const { appendFileSync, readFileSync } = require('node:fs');

const { CRASH_POINT = '', CRASH_LOG, CRASH_SEEN, CRASH_ORDERS } = process.env;
const seen = new Set();
let wanted;
let left;
let signal;

/** @param {string} order */
function arm(order) {
  [wanted, left = '1', signal = 'SIGKILL'] = order.trim().split(':');
  left = Number(left);
}

arm(CRASH_POINT);
if (CRASH_ORDERS) process.on('SIGUSR2', () => arm(readFileSync(CRASH_ORDERS, 'utf8')));

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
