import { Command, Option } from 'commander';
import { version } from '../version.js';
import { addCallFlags, call } from './commands/call.js';
import { addCheckFlags, check } from './commands/check.js';
import { codec } from './commands/codec.js';
import { explain } from './commands/explain.js';
import { key } from './commands/key.js';
import { addMockFlags, mock } from './commands/mock.js';
import { addNewServiceFlags, newService } from './commands/new-service.js';
import { openapi } from './commands/openapi.js';
import { addRecordFlags, record } from './commands/record.js';
import { addReplayFlags, replay } from './commands/replay.js';
import { routes } from './commands/routes.js';
import { serve } from './commands/serve.js';
import { addSurfaceFlags, surface } from './commands/surface.js';
import { addExplainFlags, addListenFlags, addOpenApiFlags, addSourceFlags, append } from './flags.js';

/**
 * All commands with their flags. Whoever parses arguments with it runs them, and `finish` is told the exit code;
 * docs/reference/cli.md is written out of it.
 */
export function program(finish: (code: number) => void): Command {
  const root = new Command('propylon')
    .description('A REST/JSON API in front of gRPC services that carry google.api.http rules.')
    .version(version)
    .exitOverride()
    // A command may have a flag that the program has too: openapi --version.
    .enablePositionalOptions()
    .showHelpAfterError('(propylon --help shows the commands, propylon COMMAND --help their flags)')
    .addHelpText(
      'after',
      `
Examples:
  propylon serve --demo                                          an embedded shop to try things on
  propylon serve --descriptors image.binpb --backend '*=localhost:50051'
  propylon serve --proto ./proto --backend 'shop.*=dns:///shop.internal:50051'
  propylon serve --reflect localhost:50051                       ask a running server what it offers
  propylon routes --proto ./proto                                what would be served
  propylon openapi --proto ./proto --out openapi.yaml            what clients are given
  propylon mock --proto ./proto                                  the API before there is a backend
  propylon explain GET /v1/products/p1 --proto ./proto           what would happen to a request, and why
  propylon record --to http://old-gateway:8080 --out t.ndjson    write traffic down, without credentials
  propylon replay t.ndjson --against http://127.0.0.1:8080       what another gateway answers
  propylon check --proto ./proto --against main                  what is wrong with it, and what breaks clients
  propylon call GetProduct '{"name": "products/p1"}' --reflect localhost:50051
  propylon surface --proto ./proto --check surface.lock          whether a committed lock of the surface is fresh
  propylon codec shop.v1.Product --proto ./proto                 what its transcoding runs
  propylon codec --proto ./proto --out codecs.mjs                the same ahead of time, for all routes

Exit codes: 0 fine, 1 findings, 2 bad usage or configuration, 3 failed at run time.`,
    );
  const serving = root.command('serve').description('serve the REST API');
  addListenFlags(addSourceFlags(serving))
    .option('--demo', 'serve the embedded demo shop')
    .addHelpText(
      'after',
      `
Selectors are pkg.Service, pkg.Service.Method, pkg.* (everything below) or *; the most specific one wins.
Targets are host:port, host:port,host:port, dns:///name:port or unix:/path.
Every flag has an environment variable: PROPYLON_PORT, PROPYLON_BACKENDS='a.*=h:1 b.*=h:2', …`,
    )
    .action(async (flags) => finish(await serve(flags)));
  addMockFlags(root.command('mock').description('serve the REST API with answers that are made up')).action(
    async (flags) => finish(await mock(flags)),
  );
  addCallFlags(root.command('call [method] [data]').description('call a gRPC method with JSON')).action(
    async (method, data, flags) => finish(await call(method, data, flags)),
  );
  addSourceFlags(root.command('routes').description('list the routes that would be served'))
    .option('--json', 'as JSON')
    .option('--policies', 'the effective policy of each route, and where each value comes from')
    .action(async (flags) => finish(await routes(flags)));
  addExplainFlags(
    addSourceFlags(
      root
        .command('explain <method> <url>')
        .description('what would happen to a request, step by step; nothing is sent, unless --send says so'),
    ),
  ).action(async (method, url, flags) => finish(await explain(method, url, flags)));
  addOpenApiFlags(
    addSourceFlags(root.command('openapi').description('write what would be served as OpenAPI')),
  ).action(async (flags) => finish(await openapi(flags)));
  addCheckFlags(
    addSourceFlags(
      root.command('check').description('find what is wrong with a REST API, and what breaks its clients'),
    ),
  ).action(async (flags) => finish(await check(flags)));
  addSurfaceFlags(
    root
      .command('surface')
      .description('write what clients see as text for reviews, or list overlapping routes'),
  ).action(async (flags) => finish(await surface(flags)));
  addSourceFlags(
    root
      .command('codec [types...]')
      .description('print the functions that transcode a message type, or write those of all routes'),
  )
    .option('-o, --out <module>', 'write an ES module for serve --codecs; types are written besides')
    .action(async (types, flags) => finish(await codec(types, flags)));
  addRecordFlags(
    root.command('record').description('write down what passes at a gateway, without credentials'),
  ).action(async (flags) => finish(await record(flags)));
  addReplayFlags(
    root.command('replay <recording>').description('ask another gateway the same, and compare its answers'),
  ).action(async (file, flags) => finish(await replay(file, flags)));
  addNewServiceFlags(
    root
      .command('new')
      .description('begin something')
      .command('service <name>')
      .description('write the .proto of a service with standard methods'),
  ).action((name, flags) => finish(newService(name, flags)));
  root
    .command('key')
    .description('API keys')
    .command('new')
    .description('make an API key, and print it with its entry in the key file of a provider')
    .requiredOption('--subject <name>', 'whose key it is')
    .addOption(new Option('--scope <scope>', 'what it may be used for (repeatable)').argParser(append))
    .addOption(new Option('--label <name=value>', 'what rules may know of it (repeatable)').argParser(append))
    .addOption(
      new Option(
        '--audience <audience>',
        'what it is to `visibility` (default: as its provider says)',
      ).choices(['public', 'partner', 'internal']),
    )
    .option('--expires <date>', 'a date, or a date and time with its zone: 2027-01-31, 2027-01-31T12:00:00Z')
    .action((flags) => finish(key(flags)));
  return root;
}
