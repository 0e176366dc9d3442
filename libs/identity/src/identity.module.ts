import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import * as identity from '#contracts/identity';
import { contextDatabase } from '#database';
import { contextMessaging } from '#messaging';
import { addMessages } from '#platform/http';
import { SessionStates } from '#platform/security';
import { ChangeRoleHandler } from './change-role/change-role.command';
import { UnerasedAccounts } from './erase-person/unerased-accounts.store';
import { DestroyedKeys, DestroyedKeysHealth } from './erase-person/destroyed-keys.job';
import { EraseMeController } from './erase-person/erase-me.controller';
import { EraseAccountHandler, EraseGuestHandler, EraseMeHandler } from './erase-person/erase-person.command';
import { ErasuresController } from './erase-person/erasures.controller';
import { AccountWithEmailHandler, ListErasuresHandler, ViewErasureHandler } from './erase-person/erasures.query';
import { Erasures } from './erase-person/erasures.store';
import { ErasuresSeeder } from './erase-person/erasures.seeder';
import { FinishErasures } from './erase-person/finish-erasures.job';
import { PersonEraser } from './erase-person/person-eraser.adapter';
import { RecordContextErased } from './erase-person/record-context-erased.consumer';
import { ReapplyErasuresHandler } from './erase-person/reapply-erasures.command';
import { identityTexts } from './identity-texts';
import { KeysModule } from './keys/keys.module';
import { SessionOpener, LogInHandler } from './log-in/log-in.command';
import { LogInController } from './log-in/log-in.controller';
import { Tokens } from './log-in/tokens.adapter';
import { LogOutHandler } from './log-out/log-out.command';
import { LogOutController } from './log-out/log-out.controller';
import { Account } from './model/account.entity';
import { Accounts } from './model/accounts.store';
import { Passwords } from './model/passwords.adapter';
import { Sessions } from './model/sessions.store';
import { RefreshHandler } from './refresh/refresh.command';
import { RefreshController } from './refresh/refresh.controller';
import { AdminSeeder } from './register/admin.seeder';
import { RegisterHandler } from './register/register.command';
import { RegisteredSubjects } from './register/registered-subjects.store';
import { RegisterController } from './register/register.controller';
import { SessionStatesController } from './session-states/session-states.controller';
import { StoredSessionStates } from './session-states/stored-session-states.adapter';
import { SessionsSweep } from './sessions-sweep.job';

addMessages(identityTexts);

/** Accounts, log-in, sessions, and the erasure of personal data. */
@Module({
  imports: [
    contextDatabase('identity', { entities: [Account] }),
    contextMessaging('identity', Object.values(identity)),
    KeysModule,
    JwtModule.register({}),
  ],
  controllers: [
    RegisterController,
    LogInController,
    RefreshController,
    LogOutController,
    EraseMeController,
    ErasuresController,
    SessionStatesController,
  ],
  providers: [
    ...[Accounts, Sessions, Passwords, Tokens, SessionOpener],
    ...[RegisterHandler, LogInHandler, RefreshHandler, LogOutHandler, ChangeRoleHandler],
    ...[AdminSeeder, RegisteredSubjects, SessionsSweep, { provide: SessionStates, useClass: StoredSessionStates }],
    ...[
      Erasures,
      PersonEraser,
      FinishErasures,
      DestroyedKeys,
      DestroyedKeysHealth,
      RecordContextErased,
      UnerasedAccounts,
    ],
    ...[ReapplyErasuresHandler, ErasuresSeeder],
    ...[EraseMeHandler, EraseAccountHandler, EraseGuestHandler],
    ...[ViewErasureHandler, ListErasuresHandler, AccountWithEmailHandler],
  ],
})
export class IdentityModule {}
