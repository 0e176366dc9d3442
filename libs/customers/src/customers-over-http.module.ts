import { Global, Module } from '@nestjs/common';
import { ContactOf } from '#contracts/customers';
import { ContactOverHttp } from './contact-of/contact-over-http.adapter';

/** Used instead of `CustomersModule` if another process serves profiles. */
@Global()
@Module({ providers: [{ provide: ContactOf, useClass: ContactOverHttp }], exports: [ContactOf] })
export class CustomersOverHttpModule {}
