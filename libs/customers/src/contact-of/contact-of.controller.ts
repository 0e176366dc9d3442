import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ContactOf, type CustomerContact } from '#contracts/customers';
import { Id } from '#platform/http';
import { Internal } from '#platform/questions';

class CustomerBody {
  @Id()
  customerId!: string;
}

/** `ContactOf` for other processes of the shop; null if there is no profile. */
@Internal()
@Controller('internal/contact-of')
export class ContactOfController {
  constructor(private readonly contacts: ContactOf) {}

  @Post()
  @HttpCode(200)
  async customer(@Body() { customerId }: CustomerBody): Promise<CustomerContact | null> {
    return (await this.contacts.customer(customerId)) ?? null;
  }
}
