import { pick, type Random } from '../../../support/random-message.js';
import { type Api, type ApiField, type ApiMessage, type ApiMethod, randomField, randomRule } from './api.js';

/** Changes an API in place; false where there is nothing to change. */
export type Mutation = (api: Api, random: Random) => boolean;

/** Names that templates and bodies have: other mutations leave those fields alone. */
const bound = ['name', 'shelf', 'row', 'thing', 'main_part'];

function someField(
  api: Api,
  random: Random,
  isMeant: (field: ApiField, message: ApiMessage) => boolean = () => true,
): { field: ApiField; message: ApiMessage } | undefined {
  const used = new Set(api.methods.flatMap(({ takes, gives }) => [takes, gives, 'Part']));
  const all = api.messages
    .filter(({ name }) => used.has(name) || name === 'Thing')
    .flatMap((message) => message.fields.map((field) => ({ field, message })))
    .filter(({ field, message }) => !bound.includes(field.name) && isMeant(field, message));
  return all.length === 0 ? undefined : pick(random, all);
}

/** One field, changed. */
const fieldChange =
  (
    change: (field: ApiField, message: ApiMessage, random: Random) => unknown,
    isMeant?: (field: ApiField, message: ApiMessage) => boolean,
  ): Mutation =>
  (api, random) => {
    const found = someField(api, random, isMeant);
    return found !== undefined && change(found.field, found.message, random) !== false;
  };

/** One method, changed. */
const methodChange =
  (
    change: (method: ApiMethod, random: Random) => unknown,
    isMeant: (method: ApiMethod) => boolean = () => true,
  ): Mutation =>
  (api, random) => {
    const all = api.methods.filter(isMeant);
    return all.length > 0 && change(pick(random, all), random) !== false;
  };

const retype = (field: ApiField, type: string): void => {
  field.type = type;
  delete field.rule;
};

/** What no client of REST notices. */
export const harmless: Readonly<Record<string, Mutation>> = {
  'a comment': (api) => {
    api.comment = 'A word.';
    return true;
  },
  'messages in another order': (api) => {
    api.isReversed = !api.isReversed;
    return true;
  },
  'fields in another order': (api, random) => {
    for (const message of api.messages) message.fields.sort(() => random() - 0.5);
    return true;
  },
  'methods in another order': (api, random) => {
    api.methods.sort(() => random() - 0.5);
    return api.methods.length > 1;
  },
  'a new field': fieldChange((_, message, random) => {
    const field = randomField(random, 'brand_new', 90);
    delete field.behavior;
    delete field.rule;
    message.fields.push(field);
  }),
  'a new value of the enum': (api) => {
    api.values.push({ name: 'NEWEST', number: 9 });
    return true;
  },
  'a new method': (api) => {
    api.methods.push({
      name: 'Fresh',
      takes: 'Part',
      gives: 'Part',
      isStreamed: false,
      policy: '',
      rules: [{ httpMethod: 'post', template: `/v1/${api.package}/fresh`, body: '*', responseBody: '' }],
    });
    return true;
  },
  'a new binding': methodChange((method) => {
    method.rules.push({
      httpMethod: 'post',
      template: `/v1/fresh/${method.name}`,
      body: '*',
      responseBody: '',
    });
  }),
  'a message of another name': (api, random) => {
    const message = pick(random, api.messages);
    const [from, to] = [message.name, `${message.name}Too`];
    message.name = to;
    for (const { fields } of api.messages)
      for (const field of fields) if (field.type === from) field.type = to;
    for (const method of api.methods) {
      if (method.takes === from) method.takes = to;
      if (method.gives === from) method.gives = to;
    }
    return true;
  },
  'a method of another name': methodChange((method) => {
    method.name = `${method.name}Too`;
  }),
  'a service of another name': (api) => {
    api.service = 'Others';
    return true;
  },
  'an enum of another name': (api) => {
    api.enumName = 'Sort';
    return true;
  },
  'another package': (api) => {
    api.package = api.package.replace('v1', 'v1moved');
    return true;
  },
  'a field of another number': fieldChange((field) => {
    field.number += 200;
  }),
  'a looser rule': fieldChange(
    (field) => {
      delete field.rule;
    },
    ({ rule }) => rule !== undefined,
  ),
  'a field that need not be there any more': fieldChange(
    (field) => {
      delete field.behavior;
    },
    ({ behavior }) => behavior === 'REQUIRED',
  ),
  'a method hidden from nobody': methodChange((method) => {
    method.policy = 'visibility: VISIBILITY_PUBLIC';
  }),
  'presence that is told': fieldChange(
    (field) => {
      field.label = 'optional';
    },
    ({ label, type, oneof }) =>
      label === '' && oneof === undefined && /^[a-zK]/.test(type) && !type.includes('.'),
  ),
  'a variable of another name': (api) => {
    const method = api.methods.find(({ name }) => name === 'FindThing');
    const message = api.messages.find(({ name }) => name === 'FindRequest');
    const field = message?.fields.find(({ name }) => name === 'shelf');
    // What other bindings read from the body has its name from there.
    if (method === undefined || field === undefined || method.rules.length > 1) return false;
    field.name = 'rack';
    for (const rule of method.rules) rule.template = rule.template.replace('{shelf}', '{rack}');
    return true;
  },
};

/** What clients may notice: whether they do is asked. */
export const risky: Readonly<Record<string, Mutation>> = {
  'a field is gone': fieldChange((field, message) => {
    if (message.fields.length < 2) return false;
    message.fields.splice(message.fields.indexOf(field), 1);
    return true;
  }),
  'a field has another name': fieldChange((field) => {
    field.name = `${field.name}_now`;
  }),
  'a field has another JSON name': fieldChange((field) => {
    field.jsonName = 'anotherName';
  }),
  'a field has another type': fieldChange((field, _, random) => {
    const types = [
      'string',
      'int32',
      'int64',
      'uint32',
      'double',
      'bool',
      'bytes',
      'Kind',
      'float',
      'uint64',
    ];
    const more = [
      'Timestamp',
      'Duration',
      'StringValue',
      'Int64Value',
      'Struct',
      'Value',
      'Any',
      'FieldMask',
    ];
    const type = pick(random, [...types, ...types, ...more.map((name) => `google.protobuf.${name}`), 'Part']);
    if (type === field.type || (field.label === 'optional' && /\.|Part/.test(type))) return false;
    retype(field, type);
    return true;
  }),
  'one becomes many': fieldChange(
    (field) => {
      field.label = 'repeated';
      delete field.rule;
    },
    ({ label, oneof }) => label === '' && oneof === undefined,
  ),
  'many become one': fieldChange(
    (field) => {
      field.label = '';
      delete field.rule;
    },
    ({ label }) => label === 'repeated' || label === 'map',
  ),
  'a list becomes a map': fieldChange(
    (field) => {
      field.label = 'map';
      delete field.rule;
    },
    ({ label }) => label === 'repeated',
  ),
  'a field behaves otherwise': fieldChange((field, _, random) => {
    field.behavior = pick(random, ['REQUIRED', 'OUTPUT_ONLY', 'INPUT_ONLY', 'IMMUTABLE'] as const);
  }),
  'a field has a rule': fieldChange(
    (field, _, random) => {
      const rule = randomRule(random, field);
      if (rule === undefined || rule === field.rule) return false;
      field.rule = rule;
      return true;
    },
    ({ behavior }) => behavior !== 'OUTPUT_ONLY',
  ),
  'a field is required by a rule': fieldChange(
    (field) => {
      field.rule = 'required = true';
    },
    ({ behavior }) => behavior !== 'OUTPUT_ONLY',
  ),
  'presence is not told': fieldChange(
    (field) => {
      field.label = '';
    },
    ({ label }) => label === 'optional',
  ),
  'two fields in a oneof': (api, random) => {
    const found = someField(api, random, ({ label, oneof }) => label === '' && oneof === undefined);
    const other = found?.message.fields.find(
      (field) => field !== found.field && field.label === '' && !field.oneof && !bound.includes(field.name),
    );
    if (found === undefined || other === undefined) return false;
    for (const field of [found.field, other]) {
      field.oneof = 'new_choice';
      delete field.behavior;
      delete field.rule;
    }
    return true;
  },
  'a field out of its oneof': fieldChange(
    (field) => {
      delete field.oneof;
    },
    ({ oneof }) => oneof !== undefined,
  ),
  'a value of the enum is gone': (api) => {
    api.values.splice(1, 1);
    return true;
  },
  'a value of the enum has another name': (api, random) => {
    const value = pick(random, api.values);
    value.name = `${value.name}_NOW`;
    return true;
  },
  'a value of the enum has an alias': (api, random) => {
    const { number } = pick(random, api.values.slice(1));
    const at = api.values.findIndex((value) => value.number === number);
    api.values.splice(at + Math.floor(random() * 2), 0, { name: 'ALIAS', number });
    return true;
  },
  'values of the enum change places': (api) => {
    const [, one, other] = api.values;
    if (one === undefined || other === undefined) return false;
    [one.number, other.number] = [other.number, one.number];
    return true;
  },
  'a method is gone': (api, random) => {
    if (api.methods.length < 2) return false;
    api.methods.splice(Math.floor(random() * api.methods.length), 1);
    return true;
  },
  'a binding is gone': methodChange(
    (method) => {
      method.rules.pop();
    },
    ({ rules }) => rules.length > 1,
  ),
  'a path is another': methodChange((method, random) => {
    const rule = pick(random, method.rules);
    rule.template = rule.template
      .replace('things', 'items')
      .replace('shelves', 'racks')
      .replace('finds', 'search');
  }),
  'a verb is another': methodChange(
    (method) => {
      for (const rule of method.rules) rule.template = rule.template.replace(/:\w+$/, ':other');
    },
    ({ rules }) => rules.some(({ template }) => template.includes(':')),
  ),
  'a variable matches more': methodChange(
    (method) => {
      for (const rule of method.rules) rule.template = rule.template.replace('things/*}', 'things/**}');
    },
    ({ rules }) => rules.some(({ template }) => template.includes('things/*}')),
  ),
  'a variable matches less': methodChange(
    (method) => {
      for (const rule of method.rules)
        rule.template = rule.template.replace('{name=things/*}', '{name=things/main}');
    },
    ({ rules }) => rules.some(({ template }) => template.includes('{name=things/*}')),
  ),
  'variables change places': methodChange(
    (method) => {
      for (const rule of method.rules)
        rule.template = rule.template.replace(/\{shelf\}(.*)\{row\}/, '{row}$1{shelf}');
    },
    ({ rules }) => rules.some(({ template }) => template.includes('{shelf}')),
  ),
  'another HTTP method': methodChange((method, random) => {
    const rule = pick(random, method.rules);
    const others: Readonly<Record<string, string>> = { get: 'post', post: 'put', patch: 'put' };
    rule.httpMethod = others[rule.httpMethod] ?? 'post';
  }),
  'an HTTP method besides': methodChange((method) => {
    const [first] = method.rules;
    if (first !== undefined) method.rules.push({ ...first, httpMethod: 'put' });
  }),
  'the body is another': methodChange(
    (method, random) => {
      const rule = pick(random, method.rules);
      rule.body = rule.body === '*' ? '' : '*';
    },
    ({ isStreamed }) => !isStreamed,
  ),
  'the body is one field': methodChange(
    (method) => {
      for (const rule of method.rules)
        if (rule.body === '*') rule.body = method.takes === 'ActRequest' ? 'part' : 'near';
    },
    ({ rules }) => rules.some(({ body }) => body === '*'),
  ),
  'the field of the body has another name': (api) => {
    const users = api.methods.filter(({ rules }) => rules.some(({ body }) => body === 'thing'));
    const [method] = users;
    const message = api.messages.find(({ name }) => name === method?.takes);
    const field = message?.fields.find(({ name }) => name === 'thing');
    if (method === undefined || field === undefined) return false;
    field.name = 'item';
    for (const rule of method.rules) {
      if (rule.body === 'thing') rule.body = 'item';
      rule.template = rule.template.replace('{thing.', '{item.');
    }
    return true;
  },
  'the body of answers is another': methodChange(
    (method) => {
      for (const rule of method.rules) rule.responseBody = rule.responseBody === '' ? 'main_part' : '';
    },
    ({ gives }) => gives === 'Thing',
  ),
  'answers are streamed or not': methodChange((method) => {
    method.isStreamed = !method.isStreamed;
  }),
  'a method takes another message': methodChange(
    (method) => {
      method.takes = method.takes === 'GetThingRequest' ? 'ActRequest' : 'GetThingRequest';
    },
    ({ takes }) => takes === 'GetThingRequest' || takes === 'ActRequest',
  ),
  'a method gives another message': methodChange(
    (method) => {
      method.gives = method.gives === 'Thing' ? 'Part' : 'Thing';
    },
    ({ rules }) => rules.every(({ responseBody }) => responseBody === ''),
  ),
  'a method is hidden': methodChange((method) => {
    method.policy = 'visibility: VISIBILITY_PARTNER authentication: { mode: MODE_OPTIONAL }';
  }),
  'success has another status': methodChange(
    (method) => {
      method.policy = 'success: { status: 201 }';
    },
    ({ isStreamed }) => !isStreamed,
  ),
  'bodies are to be smaller': methodChange((method) => {
    method.policy = 'request_bytes_max: 20';
  }),
  'requests want a key': methodChange(
    (method) => {
      method.policy = 'idempotency: { mode: MODE_REQUIRED }';
    },
    ({ rules }) => rules.some(({ httpMethod }) => httpMethod === 'post'),
  ),
  'few addresses may call': methodChange((method) => {
    method.policy = 'addresses: { allow: ["192.0.2.0/24"] }';
  }),
};
