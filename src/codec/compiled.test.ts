import { describeCodec } from './codec.contract.js';
import { createCompiledCodecs } from './compiled.js';

describeCodec('compiled codec', createCompiledCodecs);
