import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { Sessions } from './model/sessions.store';

/**
 * Deletes refresh tokens one week after they expired. Deletes sessions 30 days after they ended, or 30 days after their
 * last refresh token expired.
 */
@Injectable()
export class SessionsSweep {
  constructor(private readonly sessions: Sessions) {}

  @Cron(CronExpression.EVERY_HOUR)
  async sweep(): Promise<void> {
    await this.sessions.prune();
  }
}
