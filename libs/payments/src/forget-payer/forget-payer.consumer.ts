import { crashPoint } from '#crash-points';
import { PartErased, PersonErased } from '#contracts/identity';
import { Announcements, Hears } from '#platform/messaging';
import { Payments } from '../model/payments.store';

/** The tokens somebody paid with go; that so much was taken and given back stays. */
@Hears(PersonErased)
export class ForgetPayer {
  static readonly handler = 'forget-payer';

  constructor(
    private readonly payments: Payments,
    private readonly announcements: Announcements,
  ) {}

  async handle({ body: { erasureId, subject } }: PersonErased): Promise<void> {
    await this.payments.forgetTokens(subject);
    crashPoint('erasure.payments');
    await this.announcements.publish(new PartErased({ erasureId, subject, context: 'payments' }));
  }
}
