import ipaddr from 'ipaddr.js';

/**
 * An address as a text whose order is that of addresses, for ranges: 4 characters of 8 bits for
 * IPv4, 8 of 16 bits for IPv6. An IPv4 address inside of IPv6 (RFC 4291 §2.5.5) is one of IPv4, and a
 * zone (RFC 4007) is none of the address. Undefined for what is no address.
 */
export function addressKey(text: string): string | undefined {
  const key = ipv4Key(withoutPrefix(text));
  if (key !== undefined) return key;
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress()
    ? String.fromCharCode(...address.toIPv4Address().octets)
    : String.fromCharCode(...address.parts);
}

/** One spelling per address: dotted decimal, or RFC 5952's; undefined for what is no address. */
export function canonicalAddress(text: string): string | undefined {
  const dotted = withoutPrefix(text);
  if (ipv4Key(dotted) !== undefined) return dotted;
  const key = addressKey(text);
  return key === undefined ? undefined : addressOfKey(key);
}

/** The address of a key, as canonicalAddress() spells it. */
export function addressOfKey(key: string): string {
  const parts = Array.from(key, (_, index) => key.charCodeAt(index));
  return parts.length === 4 ? parts.join('.') : new ipaddr.IPv6(parts).toRFC5952String();
}

/** The address of a socket as the system writes it, in one spelling: that has one already but for these two cases. */
export function canonicalPeer(text: string): string {
  return text.startsWith(mapped) || text.includes('%') ? (canonicalAddress(text) ?? text) : text;
}

/** How systems write an IPv4 client of a socket for IPv6; `addressKey` knows the other ways. */
const mapped = '::ffff:';

function withoutPrefix(text: string): string {
  return text.startsWith(mapped) ? text.slice(mapped.length) : text;
}

/** Dotted decimal only, without leading zeros: to some readers these are octal. By hand, since every request has one. */
function ipv4Key(text: string): string | undefined {
  let [value, digits, bytes] = [0, 0, ''];
  if (text.length > 15) return undefined;
  for (let at = 0; at <= text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit >= 0 && digit <= 9) {
      if (digits > 0 && value === 0) return undefined;
      value = value * 10 + digit;
      digits++;
      continue;
    }
    const isEnd = at === text.length;
    if (digits === 0 || value > 255 || (!isEnd && text[at] !== '.')) return undefined;
    bytes += String.fromCharCode(value);
    [value, digits] = [0, 0];
  }
  return bytes.length === 4 ? bytes : undefined;
}
