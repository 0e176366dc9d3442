import { Global, Module } from '@nestjs/common';
import { ContactOf } from '#contracts/customers';
import { ContactOverHttp } from './contact-of/contact-over-http.adapter';

/** In the place of `CustomersModule` where profiles are another process's. */
@Global()
@Module({ providers: [{ provide: ContactOf, useClass: ContactOverHttp }], exports: [ContactOf] })
export class CustomersElsewhereModule {}
