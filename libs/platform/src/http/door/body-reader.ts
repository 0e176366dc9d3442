import { DomainError } from '#kernel';
import { BadRequestException, RequestTimeoutException } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { BodyTooLarge } from '../unread-body';
import { blockDetector, type BlockDetector } from './block-detector';
import { JsonCount, type ExceededLimit } from './json-count';
import type { BodyLimits } from './body-limits';

/** A body has more names, values or levels of nesting than its sender is allowed to send. */
export class BodyOverLimit extends Error {
  constructor(
    readonly excess: ExceededLimit,
    readonly limits: BodyLimits,
  ) {
    super(`a body exceeds the limits: ${excess}`);
  }
}

const tooManyBodiesError = () =>
  new DomainError('OVERLOADED', 'unavailable', 'The shop is very busy. Try again in a moment.');

const MOST_IN_FLIGHT = 32 * 1024 * 1024;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Reads JSON bodies. While reading, it counts the bytes of each body, the bytes of all bodies that are still arriving,
 * and the names and values in a body. If a sender sends nothing for ten seconds, the response is 408. If this process
 * was blocked in this time, the sender gets more time.
 */
export class BodyReader {
  /** How many bytes in memory belong to bodies that are still arriving. */
  inFlight = 0;

  constructor(
    private readonly mostInFlight = MOST_IN_FLIGHT,
    private readonly longestPauseMs = LONGEST_PAUSE_MS,
    private readonly detector: Pick<BlockDetector, 'wasBlockedWithin'> = blockDetector,
  ) {}

  /** `declared` is the Content-Length, if the request has one. */
  read(body: Readable, declared: number | undefined, limits: BodyLimits): Promise<Buffer> {
    return new Promise((finished, failed) => {
      if (declared !== undefined && declared > limits.bytes) return failed(new BodyTooLarge(limits.bytes));
      const chunks: Buffer[] = [];
      const count = new JsonCount(limits);
      let received = 0;
      const onLongPause = () =>
        this.detector.wasBlockedWithin(this.longestPauseMs)
          ? void pauseTimer.refresh()
          : settle(new RequestTimeoutException());
      const pauseTimer = setTimeout(onLongPause, this.longestPauseMs);

      const settle = (fault?: Error): void => {
        clearTimeout(pauseTimer);
        this.inFlight -= received;
        body.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
        body.on('error', () => undefined); // later errors do not matter any more
        if (fault) failed(fault);
        else finished(Buffer.concat(chunks, received)); // a copy, because the chunks use memory of the socket
      };
      const onData = (chunk: Buffer): void => {
        received += chunk.length;
        this.inFlight += chunk.length;
        if (received > limits.bytes) return settle(new BodyTooLarge(limits.bytes));
        // A complete body is not refused, because it is parsed at once and its memory is then free.
        if (this.inFlight > this.mostInFlight && received !== declared) return settle(tooManyBodiesError());
        const excess = count.addBytes(chunk);
        if (excess !== undefined) return settle(new BodyOverLimit(excess, limits));
        chunks.push(chunk);
        pauseTimer.refresh();
      };
      const onBroken = (): void => settle(new BadRequestException());
      const onEnd = (): void =>
        declared === undefined || declared === received ? settle() : settle(new BadRequestException());
      body.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
    });
  }
}
