import { Module } from '@nestjs/common';
import * as customers from '#contracts/customers';
import { AccountRegistered, PartErased, PersonErased } from '#contracts/identity';
import { OrderCancelled, OrderConfirmed, OrderRefunded } from '#contracts/ordering';
import { contextDatabase } from '#platform/database';
import { contextMessaging } from '#platform/messaging';
import { EarnWhenConfirmed } from './earn-points/earn-points.consumer';
import { ForgetCustomer } from './forget-customer/forget-customer.consumer';
import { Address } from './model/address.entity';
import { Addresses } from './model/addresses.store';
import { Customer } from './model/customer.entity';
import { Customers } from './model/customers.store';
import { Points } from './model/points.store';
import { KeepAddressHandler } from './my-addresses/keep-address.command';
import { MyAddressesController } from './my-addresses/my-addresses.controller';
import { RemoveAddressHandler } from './my-addresses/remove-address.command';
import { MyLoyaltyController } from './my-loyalty/my-loyalty.controller';
import { ChangeProfileHandler } from './my-profile/change-profile.command';
import { MyProfileController } from './my-profile/my-profile.controller';
import { MyProfileHandler } from './my-profile/my-profile.query';
import { TakeBackWhenUndone } from './take-points-back/take-points-back.consumer';
import { WelcomeWhenRegistered } from './welcome-customer/welcome-customer.consumer';

const heard = [AccountRegistered, PersonErased, PartErased, OrderConfirmed, OrderCancelled, OrderRefunded];

/** Who buys: profiles, addresses, points. */
@Module({
  imports: [
    contextDatabase('customers', { entities: [Customer, Address] }),
    contextMessaging('customers', [...Object.values(customers), ...heard]),
  ],
  controllers: [MyProfileController, MyAddressesController, MyLoyaltyController],
  providers: [
    ...[Customers, Addresses, Points],
    ...[MyProfileHandler, ChangeProfileHandler, KeepAddressHandler, RemoveAddressHandler],
    ...[WelcomeWhenRegistered, ForgetCustomer, EarnWhenConfirmed, TakeBackWhenUndone],
  ],
})
export class CustomersModule {}
