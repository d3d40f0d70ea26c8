import { buildGo, generateGo, goVersion, moduleVersion } from '../go.mjs';
import { start } from '../process.mjs';

let program;

export const grpcGateway = {
  key: 'grpc-gateway',
  title: 'grpc-gateway',
  install({ image }) {
    goVersion();
    generateGo(image);
    program = buildGo('grpcgateway');
    return `${moduleVersion('github.com/grpc-ecosystem/grpc-gateway/v2')}, grpc-go ${moduleVersion('google.golang.org/grpc')}, generated code, GOMAXPROCS=1`;
  },
  async start({ backend, otherTemplates, scenario }) {
    const args = [backend.grpcAddress, ...(scenario.manyRoutes ? [otherTemplates] : [])];
    const gateway = await start(program, args, /listening (\d+)/, { GOMAXPROCS: '1' });
    return { ...gateway, address: `127.0.0.1:${gateway.ready[1]}` };
  },
};
