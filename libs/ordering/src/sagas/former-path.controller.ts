import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AnyBody, AnyQuery } from '#platform/http';
import { Public } from '#platform/security';

const FORMER = 'admin/processes';
const TODAY = 'admin/sagas';

/** The former path of the sagas. It only redirects to the new routes, which check the caller's rights. */
@ApiExcludeController()
@Public()
@Controller(FORMER)
export class FormerPathController {
  /** Status 308 keeps the method and the body. The redirect is not cached, so that this path can be removed later. */
  @All(['', '*'])
  @AnyQuery()
  @AnyBody()
  redirect(@Req() { url }: FastifyRequest, @Res() reply: FastifyReply): void {
    reply.header('cache-control', 'no-store').redirect(url.replace(FORMER, TODAY), 308);
  }
}
