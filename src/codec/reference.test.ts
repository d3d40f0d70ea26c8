import { describeCodec } from './codec.contract.js';
import { createReferenceCodecs } from './reference.js';

describeCodec('reference codec', createReferenceCodecs);
