import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ContactOf, type CustomerContact } from '#contracts/customers';
import { Id } from '#platform/http';
import { Internal } from '#platform/questions';

class CustomerBody {
  @Id()
  customerId!: string;
}

/**
 * Answers the question `ContactOf` over HTTP, for the other processes of the application. The answer is null if
 * the customer has no profile yet, or was erased.
 */
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
