import { expect, test } from 'vitest';
import { chooseServiceConfig } from './txt.js';

const record = (...choices: readonly object[]): string => `grpc_config=${JSON.stringify(choices)}`;
const config = { loadBalancingPolicy: 'round_robin' };

test.each<[string, readonly string[], boolean]>([
  ['a choice for everybody', [record({ serviceConfig: config })], true],
  ['another record first', ['v=spf1 -all', record({ serviceConfig: config })], true],
  ['no record', [], false],
  ['no record of ours', ['grpc=1'], false],
  ['a choice for other languages', [record({ clientLanguage: ['go'], serviceConfig: config })], false],
  ['a choice for ours', [record({ clientLanguage: ['go', 'Node'], serviceConfig: config })], true],
  ['a choice for other hosts', [record({ clientHostname: ['there'], serviceConfig: config })], false],
  ['a choice for this host', [record({ clientHostname: ['here'], serviceConfig: config })], true],
  ['a share that is drawn', [record({ percentage: 51, serviceConfig: config })], true],
  ['a share that is not', [record({ percentage: 50, serviceConfig: config })], false],
  [
    'the first that is meant',
    [record({ percentage: 0, serviceConfig: {} }, { serviceConfig: config }, { serviceConfig: {} })],
    true,
  ],
  ['what is not JSON', ['grpc_config=['], false],
  ['what is no list', ['grpc_config={}'], false],
])('%s: found %#', (_, records, isFound) => {
  const found = chooseServiceConfig(records, () => 0.5, 'here');
  expect(found).toBe(isFound ? JSON.stringify(config) : undefined);
});
