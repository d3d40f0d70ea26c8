import { Command } from 'commander';
import { version } from '../version.js';
import { addCallFlags } from './flags/call.js';
import { addCheckFlags } from './flags/check.js';
import { addExplainFlags } from './flags/explain.js';
import { addKeyFlags } from './flags/key.js';
import { addListenFlags } from './flags/listen.js';
import { addMockFlags } from './flags/mock.js';
import { addNewServiceFlags } from './flags/new-service.js';
import { addOpenApiFlags } from './flags/openapi.js';
import { addRecordFlags } from './flags/record.js';
import { addReplayFlags } from './flags/replay.js';
import { addSourceFlags } from './flags/source.js';
import { addSurfaceFlags } from './flags/surface.js';

/**
 * All commands with their flags. Whoever parses arguments with it runs them, and `finish` is told the exit code;
 * docs/reference/cli.md is written out of it. What a command runs is loaded when it is called: flags know nothing of it.
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
    .action(async (flags) => finish(await (await import('./commands/serve.js')).serve(flags)));
  addMockFlags(root.command('mock').description('serve the REST API with answers that are made up')).action(
    async (flags) => finish(await (await import('./commands/mock.js')).mock(flags)),
  );
  addCallFlags(root.command('call [method] [data]').description('call a gRPC method with JSON')).action(
    async (method, data, flags) =>
      finish(await (await import('./commands/call.js')).call(method, data, flags)),
  );
  addSourceFlags(root.command('routes').description('list the routes that would be served'))
    .option('--json', 'as JSON')
    .option('--policies', 'the effective policy of each route, and where each value comes from')
    .action(async (flags) => finish(await (await import('./commands/routes.js')).routes(flags)));
  addExplainFlags(
    addSourceFlags(
      root
        .command('explain <method> <url>')
        .description('what would happen to a request, step by step; nothing is sent, unless --send says so'),
    ),
  ).action(async (method, url, flags) =>
    finish(await (await import('./commands/explain.js')).explain(method, url, flags)),
  );
  addOpenApiFlags(
    addSourceFlags(root.command('openapi').description('write what would be served as OpenAPI')),
  ).action(async (flags) => finish(await (await import('./commands/openapi.js')).openapi(flags)));
  addCheckFlags(
    addSourceFlags(
      root.command('check').description('find what is wrong with a REST API, and what breaks its clients'),
    ),
  ).action(async (flags) => finish(await (await import('./commands/check.js')).check(flags)));
  addSurfaceFlags(
    root
      .command('surface')
      .description('write what clients see as text for reviews, or list overlapping routes'),
  ).action(async (flags) => finish(await (await import('./commands/surface.js')).surface(flags)));
  addSourceFlags(
    root
      .command('codec [types...]')
      .description('print the functions that transcode a message type, or write those of all routes'),
  )
    .option('-o, --out <module>', 'write an ES module for serve --codecs; types are written besides')
    .action(async (types, flags) => finish(await (await import('./commands/codec.js')).codec(types, flags)));
  addRecordFlags(
    root.command('record').description('write down what passes at a gateway, without credentials'),
  ).action(async (flags) => finish(await (await import('./commands/record.js')).record(flags)));
  addReplayFlags(
    root.command('replay <recording>').description('ask another gateway the same, and compare its answers'),
  ).action(async (file, flags) => finish(await (await import('./commands/replay.js')).replay(file, flags)));
  addNewServiceFlags(
    root
      .command('new')
      .description('begin something')
      .command('service <name>')
      .description('write the .proto of a service with standard methods'),
  ).action(async (name, flags) =>
    finish((await import('./commands/new-service.js')).newService(name, flags)),
  );
  addKeyFlags(
    root
      .command('key')
      .description('API keys')
      .command('new')
      .description('make an API key, and print it with its entry in the key file of a provider'),
  ).action(async (flags) => finish((await import('./commands/key.js')).key(flags)));
  return root;
}
