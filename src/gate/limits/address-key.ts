/**
 * An address as limits count it. Whoever has an IPv6 address has 2^64 of them, so its /64 counts
 * (RFC 6177 §2); IPv4 within IPv6 (RFC 4291 §2.5.5.2) is IPv4, and zones and spellings make no difference.
 */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address;
  const [text = ''] = address.split('%', 1);
  const [head = '', tail] = text.split('::', 2);
  const [before, behind] = [groups(head), tail === undefined ? [] : groups(tail)];
  const gap = tail === undefined ? 0 : Math.max(0, 8 - before.length - behind.length);
  const all = [...before, ...new Array<number>(gap).fill(0), ...behind];
  if (all.slice(0, 5).every((group) => group === 0) && all[5] === 0xffff) {
    return [6, 7].flatMap((at) => [(all[at] ?? 0) >> 8, (all[at] ?? 0) & 0xff]).join('.');
  }
  return `${all
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

function groups(text: string): number[] {
  return text === ''
    ? []
    : text.split(':').flatMap((group) => {
        const [a = 0, b = 0, c = 0, d = 0] = group.includes('.') ? group.split('.').map(Number) : [];
        return group.includes('.') ? [a * 256 + b, c * 256 + d] : [Number.parseInt(group, 16)];
      });
}
