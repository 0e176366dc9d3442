import { Global, Module } from '@nestjs/common';
import { OrderingAccounts } from '#contracts/ordering';
import { OrderingAccountsOverHttp } from './erase-person/ordering-accounts-over-http.adapter';

/** Replaces `OrderingModule` in a process if another process runs the context ordering. */
@Global()
@Module({ providers: [{ provide: OrderingAccounts, useClass: OrderingAccountsOverHttp }], exports: [OrderingAccounts] })
export class OrderingOverHttpModule {}
