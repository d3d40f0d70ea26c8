import type { Api, ApiField, ApiMessage, ApiMethod, ApiRule } from './api.js';

/** The .proto text of an API, behind the imports that `contractFiles` writes. */
export function apiText(api: Api): string {
  const messages = api.messages.map((message) => messageText(message, api));
  const values = api.values.map(({ name, number }) => `${name} = ${number};`);
  return `package ${api.package};
${(api.isReversed ? messages.toReversed() : messages).join('\n')}
enum ${api.enumName} { option allow_alias = ${new Set(api.values.map(({ number }) => number)).size < api.values.length}; ${values.join(' ')} }
// ${api.comment}
service ${api.service} {
  option (propylon.v1.service) = { authentication: { mode: MODE_NONE } };
${api.methods.map(methodText).join('\n')}
}
`.replace('option allow_alias = false;', '');
}

function messageText({ name, fields }: ApiMessage, api: Api): string {
  const oneofs = [...new Set(fields.flatMap(({ oneof }) => (oneof === undefined ? [] : [oneof])))];
  const lines = [
    ...fields.filter(({ oneof }) => oneof === undefined).map((field) => fieldText(field, api)),
    ...oneofs.map((oneof) => {
      const members = fields.filter((field) => field.oneof === oneof);
      return `oneof ${oneof} { ${members.map((field) => fieldText(field, api)).join(' ')} }`;
    }),
  ];
  return `message ${name} {\n${lines.map((line) => `  ${line}`).join('\n')}\n}`;
}

function fieldText({ name, jsonName, number, type, label, behavior, rule }: ApiField, api: Api): string {
  const shown = type === 'Kind' ? api.enumName : type;
  const options = [
    ...(jsonName === undefined ? [] : [`json_name = "${jsonName}"`]),
    ...(behavior === undefined ? [] : [`(google.api.field_behavior) = ${behavior}`]),
    ...(rule === undefined ? [] : [`(buf.validate.field).${rule}`]),
  ];
  const words = label === 'map' ? `map<string, ${shown}>` : `${label === '' ? '' : `${label} `}${shown}`;
  return `${words} ${name} = ${number}${options.length === 0 ? '' : ` [${options.join(', ')}]`};`;
}

function methodText({ name, takes, gives, isStreamed, policy, rules }: ApiMethod): string {
  const [first, ...more] = rules;
  if (first === undefined) return '';
  const additional = more.map((rule) => ` additional_bindings { ${ruleText(rule)} }`).join('');
  const options = policy === '' ? '' : ` option (propylon.v1.method) = { ${policy} };`;
  return `  rpc ${name}(${takes}) returns (${isStreamed ? 'stream ' : ''}${gives}) { option (google.api.http) = { ${ruleText(first)}${additional} };${options} }`;
}

function ruleText({ httpMethod, template, body, responseBody }: ApiRule): string {
  const more = [
    ...(body === '' ? [] : [` body: "${body}"`]),
    ...(responseBody === '' ? [] : [` response_body: "${responseBody}"`]),
  ];
  return `${httpMethod}: "${template}"${more.join('')}`;
}
