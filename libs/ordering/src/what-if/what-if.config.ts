import { addMessages } from '#platform/http';
import { WhatIfController } from './what-if.controller';
import { WhatIfHandler } from './what-if.query';

addMessages({
  en: {
    'whatIf.version': 'the order has no such version',
    'whatIf.twice': 'this version is named twice',
    'whatIf.nothing': 'send at least one of leaveOut, change and add',
  },
  vi: {
    'whatIf.version': 'đơn hàng không có phiên bản này',
    'whatIf.twice': 'phiên bản này được nêu hai lần',
    'whatIf.nothing': 'hãy nêu điều cần khác đi: leaveOut, change hoặc add',
  },
});

export const whatIfProviders = [WhatIfHandler];
export const whatIfControllers = [WhatIfController];
