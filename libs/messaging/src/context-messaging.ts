import { Module } from '@nestjs/common';

export const MESSAGING_CONTEXT = 'messaging context';

@Module({})
export class ContextMessagingModule {}
