import { createRegistry } from '@bufbuild/protobuf';
import { printProto } from './proto-text.js';

/**
 * buf/validate/validate.proto, which npm has only as the descriptor inside @bufbuild/protovalidate.
 * `text` rejects with ERR_MODULE_NOT_FOUND when that package is not installed.
 */
export const validateProto = {
  path: 'buf/validate/validate.proto',
  text: async (): Promise<string> => {
    const { file_buf_validate_validate: file } = await import(
      '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js'
    );
    return printProto(file, createRegistry(file));
  },
} as const;
