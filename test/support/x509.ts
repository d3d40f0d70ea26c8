import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate and its key in PEM form, made for a test. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly name: string;
  readonly privateKey: KeyObject;
}

export interface CertificateOptions {
  /** Who signs it; itself when left out. */
  readonly issuer?: TestCertificate;
  readonly isAuthority?: boolean;
  /** Names of a host. */
  readonly hosts?: readonly string[];
  /** Names of a workload: spiffe://mesh/batch. */
  readonly uris?: readonly string[];
  /** What the key may be used for (RFC 5280 §4.2.1.12); anything when left out. */
  readonly usage?: 'server' | 'client';
  /** Whether it has expired half an hour ago. */
  readonly isExpired?: boolean;
}

/** id-kp-serverAuth and id-kp-clientAuth. */
const usageIds = { server: '2b06010505070301', client: '2b06010505070302' } as const;

let serial = 1;

/** Issues a certificate that is valid today (RFC 5280), with a key on P-256. */
export function issueCertificate(name: string, options: CertificateOptions = {}): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { issuer, isAuthority = false, hosts = [], uris = [], usage, isExpired = false } = options;
  const algorithm = sequence(objectId('2a8648ce3d040302'));
  const hour = 3_600_000;
  const extensions = [
    extension('551d13', sequence(...(isAuthority ? [element(0x01, Buffer.from([0xff]))] : []))),
    ...(hosts.length + uris.length === 0
      ? []
      : [
          extension(
            '551d11',
            sequence(
              ...hosts.map((host) => element(0x82, Buffer.from(host))),
              ...uris.map((uri) => element(0x86, Buffer.from(uri))),
            ),
          ),
        ]),
    ...(usage === undefined ? [] : [extension('551d25', sequence(objectId(usageIds[usage])))]),
  ];
  const body = sequence(
    element(0xa0, integer(2)),
    integer(serial++),
    algorithm,
    commonName(issuer?.name ?? name),
    sequence(time(Date.now() - hour), time(Date.now() + (isExpired ? -hour / 2 : hour))),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey);
  const der = sequence(body, algorithm, element(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const base64 = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    name,
    privateKey,
  };
}

/** One DER element: tag, length, content. */
function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => element(0x30, Buffer.concat(parts));
const objectId = (hex: string): Buffer => element(0x06, Buffer.from(hex, 'hex'));
const integer = (value: number): Buffer => element(0x02, Buffer.from([value]));

function commonName(name: string): Buffer {
  return sequence(element(0x31, sequence(objectId('550403'), element(0x0c, Buffer.from(name)))));
}

/** GeneralizedTime would be for years from 2050 on. */
function time(point: number): Buffer {
  const digits = new Date(point).toISOString().replace(/\D/g, '').slice(2, 14);
  return element(0x17, Buffer.from(`${digits}Z`));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), element(0x04, value));
}
