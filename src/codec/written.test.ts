import { codecTypes } from '../../test/support/codec-protos.js';
import { everyOptions, writtenFunctions } from '../../test/support/written-codecs.js';
import { describeCodec } from './codec.contract.js';
import { createCompiledCodecs } from './compiled.js';

const functions = await writtenFunctions(codecTypes, everyOptions);

describeCodec('codec written ahead of time', (types, limits) =>
  createCompiledCodecs(types, limits, functions),
);
