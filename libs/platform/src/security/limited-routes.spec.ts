import { Body, Controller, Post } from '@nestjs/common';
import { Email } from '#platform/http';
import { Allowed, GuestOrUser, SignedIn } from './access';
import { Limited } from './limited';
import type { StrictLimit } from './limits';
import { faultOfRoute } from './limited-routes';

class WithEmail {
  @Email()
  email!: string;
}
class Without {}

@Controller()
class Routes {
  @Post('a')
  @GuestOrUser()
  @Limited('login')
  known(@Body() _: WithEmail) {}

  @Post('b')
  @GuestOrUser()
  @Limited('login')
  nameless(@Body() _: Without) {}

  @Post('c')
  @SignedIn()
  @Limited('password')
  mine(@Body() _: Without) {}

  @Post('d')
  @Allowed('ops')
  @Limited('password')
  ours(@Body() _: Without) {}

  @Post('e')
  @GuestOrUser()
  @Limited('password')
  anybodys(@Body() _: WithEmail) {}
}

describe('A route with a limit for attempts', () => {
  const fault = (name: keyof Routes, by: StrictLimit) =>
    faultOfRoute({ controller: Routes, name, handler: Routes.prototype[name], by });

  it('is refused at the start if its requests do not name the account', () => {
    expect(fault('nameless', 'login')).toMatch(/no e-mail address/);
    expect(fault('anybodys', 'password')).toMatch(/not signed in/);
    expect([fault('known', 'login'), fault('mine', 'password'), fault('ours', 'password')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
