import { Global, Module } from '@nestjs/common';
import * as customers from '#contracts/customers';
import { AccountRegistered, ContextErased, PersonErased } from '#contracts/identity';
import { OrderCancelled, OrderConfirmed, OrderRefunded, OrderStatusUpdated } from '#contracts/ordering';
import { contextDatabase } from '#database';
import { contextMessaging } from '#messaging';
import { ContactOfController } from './contact-of/contact-of.controller';
import { StoredContactOf } from './contact-of/contact-of.query';
import { ForgetCustomer } from './forget-customer/forget-customer.consumer';
import { UnerasedProfiles } from './forget-customer/unerased-profiles.store';
import { EarnWhenPaid, TakeBackWhenUndone } from './keep-points/keep-points.consumer';
import { PointsOfOrders } from './keep-points/points-of-orders.store';
import { Address } from './model/address.entity';
import { Addresses } from './model/addresses.store';
import { Customer } from './model/customer.entity';
import { Customers } from './model/customers.store';
import { Points } from './model/points.store';
import { SaveAddressHandler } from './my-addresses/save-address.command';
import { MyAddressesController } from './my-addresses/my-addresses.controller';
import { RemoveAddressHandler } from './my-addresses/remove-address.command';
import { MyLoyaltyController } from './my-loyalty/my-loyalty.controller';
import { ChangeProfileHandler } from './my-profile/change-profile.command';
import { MyProfileController } from './my-profile/my-profile.controller';
import { MyProfileHandler } from './my-profile/my-profile.query';
import { WelcomeWhenRegistered } from './welcome-customer/welcome-customer.consumer';

export { CustomersOverHttpModule } from './customers-over-http.module';

const { ContactOf, ...published } = customers;
const ofOrders = [OrderConfirmed, OrderStatusUpdated, OrderCancelled, OrderRefunded];
const consumed = [AccountRegistered, PersonErased, ContextErased, ...ofOrders];

/** The module is global, so that ordering can ask `ContactOf` without importing this module. */
@Global()
@Module({
  imports: [
    contextDatabase('customers', { entities: [Customer, Address] }),
    contextMessaging('customers', [...Object.values(published), ...consumed]),
  ],
  controllers: [MyProfileController, MyAddressesController, MyLoyaltyController, ContactOfController],
  providers: [
    ...[Customers, Addresses, Points, PointsOfOrders, { provide: ContactOf, useClass: StoredContactOf }],
    ...[MyProfileHandler, ChangeProfileHandler, SaveAddressHandler, RemoveAddressHandler],
    ...[WelcomeWhenRegistered, ForgetCustomer, UnerasedProfiles, EarnWhenPaid, TakeBackWhenUndone],
  ],
  exports: [ContactOf],
})
export class CustomersModule {}
