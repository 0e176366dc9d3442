import { NotificationsModule } from '#modules/notifications';
import { serve } from '#platform/serve';

void serve('notifications', [NotificationsModule], { contexts: ['notifications'], port: 3007 });
