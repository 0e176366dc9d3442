import { serve } from '#platform/serve';
import { everyContext } from '../../every-context';

void serve('api', everyContext);
