// Random numbers that depend only on a seed, so that the same history can be made again.
import { randomFillSync } from 'node:crypto';
import { built } from '../built.mjs';

const { uuidFrom } = built('libs/kernel/src/index.js');

/** A generator of random numbers (Mulberry32). */
export function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (count) => Math.floor(next() * count),
    chance: (share) => next() < share,
    one: (list) => list[Math.floor(next() * list.length)],
    /** A random number of an exponential distribution with this mean. */
    waiting: (mean) => -Math.log(1 - next()) * mean,
  };
}

const pool = Buffer.alloc(65_536);
let at = pool.length;

/** A version 7 UUID with this time. */
export function idAt(milliseconds) {
  if (at + 10 > pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  at += 10;
  return uuidFrom(Math.floor(milliseconds), pool.subarray(at - 10, at));
}
