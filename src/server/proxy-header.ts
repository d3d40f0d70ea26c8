import { isIPv4, isIPv6 } from 'node:net';

/** What the first bytes of a connection say of where it comes from. */
export type ProxyHeader =
  /** They may become a header. */
  | { readonly kind: 'more' }
  | { readonly kind: 'malformed' }
  /** `address` is undefined where the header names none: then the connection is its peer's own. */
  | { readonly kind: 'header'; readonly length: number; readonly address: string | undefined };

const more: ProxyHeader = { kind: 'more' };
const malformed: ProxyHeader = { kind: 'malformed' };

/** §2.2: no beginning of anything else. */
const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const firstWord = Buffer.from('PROXY ', 'latin1');
/** §2.1: with its line end. */
const lineBytesMax = 107;
/** Addresses and what proxies add to them; none that does so in earnest needs a tenth of it. */
const binaryBytesMax = 4_096;

/** Reads a header of the PROXY protocol, version 1 or 2 (haproxy, proxy-protocol.txt), out of the first bytes of a connection. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (isBeginning(signature, bytes)) return bytes.length < signature.length ? more : readBinary(bytes);
  if (isBeginning(firstWord, bytes)) return bytes.length < firstWord.length ? more : readLine(bytes);
  return malformed;
}

function isBeginning(expected: Buffer, bytes: Buffer): boolean {
  const length = Math.min(expected.length, bytes.length);
  return expected.subarray(0, length).equals(bytes.subarray(0, length));
}

/** "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n" */
function readLine(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, lineBytesMax).indexOf('\r\n');
  if (end < 0) return bytes.length < lineBytesMax ? more : malformed;
  const line = bytes.toString('latin1', 0, end);
  const length = end + 2;
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { kind: 'header', length, address: undefined };
  const [, family, source = '', destination = '', ...ports] =
    /^PROXY (TCP[46]) ([0-9a-fA-F.:]+) ([0-9a-fA-F.:]+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4})$/.exec(line) ?? [];
  const isAddress = family === 'TCP4' ? isIPv4 : isIPv6;
  const isRight =
    isAddress(source) && isAddress(destination) && ports.every((port) => Number(port) <= 65_535);
  return family !== undefined && isRight ? { kind: 'header', length, address: source } : malformed;
}

const commands = { local: 0, proxy: 1 } as const;
const families = { unspecified: 0, inet: 1, inet6: 2, unix: 3 } as const;
const transports = { unspecified: 0, stream: 1, datagram: 2 } as const;
const addressBytes: readonly number[] = [0, 12, 36, 216];
const headBytes = 16;

/** Version and command, family and transport, length; then source and destination, and TLVs, which are nothing to us. */
function readBinary(bytes: Buffer): ProxyHeader {
  if (bytes.length < headBytes) return more;
  const [versionAndCommand, familyAndTransport] = [bytes.readUInt8(12), bytes.readUInt8(13)];
  const length = headBytes + bytes.readUInt16BE(14);
  const command = versionAndCommand & 0x0f;
  const [family, transport] = [familyAndTransport >> 4, familyAndTransport & 0x0f];
  if (versionAndCommand >> 4 !== 2 || command > commands.proxy || length > binaryBytesMax) return malformed;
  if (family > families.unix || transport > transports.datagram) return malformed;
  if (command === commands.proxy && length - headBytes < (addressBytes[family] ?? 0)) return malformed;
  if (bytes.length < length) return more;
  const isNamed = command === commands.proxy && transport === transports.stream;
  return {
    kind: 'header',
    length,
    address: isNamed ? sourceOf(family, bytes.subarray(headBytes)) : undefined,
  };
}

function sourceOf(family: number, addresses: Buffer): string | undefined {
  if (family === families.inet) return addresses.subarray(0, 4).join('.');
  if (family !== families.inet6) return undefined;
  return Array.from({ length: 8 }, (_, index) => addresses.readUInt16BE(2 * index).toString(16)).join(':');
}
