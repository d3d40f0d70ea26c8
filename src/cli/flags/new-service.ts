import { type Command, InvalidArgumentError, Option } from 'commander';
import { type StandardMethod, standardMethods } from '../scaffold/service-names.js';

export interface NewServiceFlags {
  readonly resource: string;
  readonly parent?: string;
  readonly plural?: string;
  readonly methods?: readonly StandardMethod[];
  readonly out: string;
}

/** Declares the flags of `new service`. */
export function addNewServiceFlags(command: Command): Command {
  return command
    .requiredOption('--resource <Name>', 'what the service manages, such as Return')
    .option('--parent <collection>', 'what it belongs to, such as orders, or projects/locations')
    .option('--plural <name>', 'the plural of the resource, where it is not the usual one')
    .addOption(
      new Option('--methods <list>', `some of ${standardMethods.join(',')} (default: all)`).argParser(
        methodsOf,
      ),
    )
    .addOption(new Option('--out <folder>', 'the import root of protos').default('proto').argParser(folder))
    .addHelpText(
      'after',
      `
Writes the .proto of a service with the standard methods of AIP-131 to AIP-135: routes, resource names, required and
output-only fields, rules for requests, pages, update masks, policies. buf.yaml, buf.gen.yaml and propylon.yaml are
written too where the folder has none. Nothing is overwritten.

Examples:
  propylon new service shop.returns.v1.ReturnService --resource Return
  propylon new service shop.returns.v1.ReturnService --resource Return --parent orders --methods get,list,create
  propylon new service zoo.v1.KeeperService --resource Ox --plural oxen

Exit codes: 0 written, 2 bad usage, or the file is there already, 3 failed.`,
    );
}

function methodsOf(text: string): readonly StandardMethod[] {
  const names = text.split(',').map((name) => name.trim());
  const methods = standardMethods.filter((method) => names.includes(method));
  if (methods.length !== names.length)
    throw new InvalidArgumentError(`Methods are some of ${standardMethods.join(', ')}, with commas between.`);
  return methods;
}

function folder(text: string): string {
  const out = text.replace(/\/+$/, '');
  // It is written into YAML, and protos are found below it.
  if (!/^(\.\/)?[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(out))
    throw new InvalidArgumentError('A folder below this one, such as proto.');
  return out.replace(/^\.\//, '');
}
