import { app } from '@azure/functions';
import { createAzureHandler, createConfiguredGateway } from 'propylon/azure';

app.setup({ enableHttpStream: true });
app.http('gateway', {
  route: '{*path}',
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
  authLevel: 'anonymous',
  handler: createAzureHandler(createConfiguredGateway(process.env.PROPYLON_CONFIG ?? 'propylon.yaml')),
});
