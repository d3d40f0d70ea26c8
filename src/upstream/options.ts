import { z } from 'zod';

/** How a backend is called, as propylon.yaml and `createGateway` have it: one object below `backends`. */
export const upstreamOptionsSchema = z.strictObject({
  target: z.string().min(1).describe('host:port, host:port,host:port, dns:///name:port or unix:/path.'),
  balancer: z
    .enum(['round_robin', 'least_request', 'ring_hash', 'pick_first'])
    .optional()
    .describe('How calls spread over the addresses of a list or of dns:///. Default round_robin.'),
  hashOn: z
    .strictObject({
      header: z.string().min(1).optional().describe('A header field of the client.'),
      field: z.string().min(1).optional().describe('A field of the request, such as user.id.'),
    })
    .optional()
    .describe('What ring_hash places calls by: calls with the same value go to the same address.'),
});

export type UpstreamOptions = z.infer<typeof upstreamOptionsSchema>;
