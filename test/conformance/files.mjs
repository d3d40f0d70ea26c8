// What run.mjs puts into its folder for testee.mjs.
export const fileNames = { image: 'image.binpb', written: 'codecs.mjs', tsProto: 'ts-proto' };
