import { buildGo, goVersion, moduleVersion } from '../go.mjs';
import { start } from '../process.mjs';

let program;

export const vanguard = {
  key: 'vanguard',
  title: 'vanguard-go',
  install() {
    goVersion();
    program = buildGo('vanguard');
    return `${moduleVersion('connectrpc.com/vanguard')} and httputil.ReverseProxy, GOMAXPROCS=1`;
  },
  cannot: { e: 'serves no streams over REST' },
  async start({ backend, image }) {
    const gateway = await start(program, [backend.grpcAddress, image], /listening (\d+)/, {
      GOMAXPROCS: '1',
    });
    return { ...gateway, address: `127.0.0.1:${gateway.ready[1]}` };
  },
};
