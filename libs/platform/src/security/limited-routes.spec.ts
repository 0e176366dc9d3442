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
class WithoutEmail {}

@Controller()
class Routes {
  @Post('a')
  @GuestOrUser()
  @Limited('login')
  withEmail(@Body() _: WithEmail) {}

  @Post('b')
  @GuestOrUser()
  @Limited('login')
  withoutEmail(@Body() _: WithoutEmail) {}

  @Post('c')
  @SignedIn()
  @Limited('password')
  signedIn(@Body() _: WithoutEmail) {}

  @Post('d')
  @Allowed('ops')
  @Limited('password')
  withPermission(@Body() _: WithoutEmail) {}

  @Post('e')
  @GuestOrUser()
  @Limited('password')
  forGuests(@Body() _: WithEmail) {}
}

describe('A route with a limit for attempts', () => {
  const fault = (name: keyof Routes, by: StrictLimit) =>
    faultOfRoute({ controller: Routes, name, handler: Routes.prototype[name], by });

  it('makes the start fail if its requests do not name an account', () => {
    expect(fault('withoutEmail', 'login')).toMatch(/no e-mail address/);
    expect(fault('forGuests', 'password')).toMatch(/not signed in/);
    expect([fault('withEmail', 'login'), fault('signedIn', 'password'), fault('withPermission', 'password')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
