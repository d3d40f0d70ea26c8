import { http } from '@google-cloud/functions-framework';
import { createConfiguredGateway, createHttpFunction } from 'propylon/google-cloud';

http('gateway', createHttpFunction(createConfiguredGateway(process.env.PROPYLON_CONFIG ?? 'propylon.yaml')));
