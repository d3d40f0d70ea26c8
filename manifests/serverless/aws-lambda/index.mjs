import { createConfiguredGateway, createLambdaHandler } from 'propylon/aws-lambda';

// For a function URL with InvokeMode RESPONSE_STREAM, take createLambdaStreamHandler: messages of streams leave as they come.
export const handler = createLambdaHandler(
  createConfiguredGateway(process.env.PROPYLON_CONFIG ?? 'propylon.yaml'),
);
