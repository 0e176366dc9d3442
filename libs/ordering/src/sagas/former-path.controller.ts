import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AnyBody, AnyQuery } from '#platform/http';
import { Public } from '#platform/security';

const FORMER = 'admin/processes';
const TODAY = 'admin/sagas';

/** The former path of the sagas. It only says where the routes are now; those routes check who may use them. */
@ApiExcludeController()
@Public()
@Controller(FORMER)
export class FormerPathController {
  /** 308 keeps the method and the body. It may not be cached, so that the path can be removed one day. */
  @All(['', '*'])
  @AnyQuery()
  @AnyBody()
  redirect(@Req() { url }: FastifyRequest, @Res() reply: FastifyReply): void {
    reply.header('cache-control', 'no-store').redirect(url.replace(FORMER, TODAY), 308);
  }
}
