import type { FunctionPlatform } from '../telemetry/index.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** AWS Lambda, "Defined runtime environment variables". */
export function lambda(env: Environment): FunctionPlatform {
  const name = env['AWS_LAMBDA_FUNCTION_NAME'];
  const memoryMiB = Number(env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']);
  return {
    startsAhead: env['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'provisioned-concurrency',
    attributes: told(name, {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_lambda',
      'cloud.region': env['AWS_REGION'],
      'faas.name': name,
      'faas.version': env['AWS_LAMBDA_FUNCTION_VERSION'],
      'faas.instance': env['AWS_LAMBDA_LOG_STREAM_NAME'],
      'faas.max_memory': memoryMiB > 0 ? memoryMiB * 1024 * 1024 : undefined,
    }),
  };
}

/** Azure App Service, "Environment variables". An app may have several functions: spans name theirs. */
export function azureFunctions(env: Environment): FunctionPlatform {
  return {
    startsAhead: false,
    attributes: told(env['WEBSITE_SITE_NAME'], {
      'cloud.provider': 'azure',
      'cloud.platform': 'azure.functions',
      'cloud.region': env['REGION_NAME'],
      'faas.instance': env['WEBSITE_INSTANCE_ID'],
    }),
  };
}

/** "shop/gateway": app and function, as the semantic conventions have it. */
export function azureFunctionName(env: Environment, functionName: string): string | undefined {
  const app = env['WEBSITE_SITE_NAME'];
  return app === undefined ? undefined : `${app}/${functionName}`;
}

/** Cloud Run, "Container runtime contract"; functions have FUNCTION_TARGET too. */
export function googleCloud(env: Environment): FunctionPlatform {
  const name = env['K_SERVICE'];
  return {
    startsAhead: false,
    attributes: told(name, {
      'cloud.provider': 'gcp',
      'cloud.platform': env['FUNCTION_TARGET'] === undefined ? 'gcp_cloud_run' : 'gcp_cloud_functions',
      'faas.name': name,
      'faas.version': env['K_REVISION'],
    }),
  };
}

/** What is known, where the platform has said who we are: elsewhere its handlers run too, on the machines of developers. */
function told(
  name: string | undefined,
  attributes: Readonly<Record<string, string | number | undefined>>,
): FunctionPlatform['attributes'] {
  if (name === undefined) return {};
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined || value === '' ? [] : [[key, value] as const],
    ),
  );
}
