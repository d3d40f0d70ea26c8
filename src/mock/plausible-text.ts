import type { Draw } from './draw.js';

const adjectives = [
  'amber',
  'quiet',
  'bright',
  'copper',
  'gentle',
  'northern',
  'silver',
  'swift',
  'tidy',
  'velvet',
];
const nouns = [
  'harbour',
  'kettle',
  'lantern',
  'meadow',
  'orchard',
  'pebble',
  'quill',
  'river',
  'sparrow',
  'willow',
];
const firstNames = [
  'Ada',
  'Alan',
  'Barbara',
  'Dennis',
  'Edsger',
  'Grace',
  'Katherine',
  'Margaret',
  'Radia',
  'Tim',
];
const lastNames = [
  'Berg',
  'Costa',
  'Dubois',
  'Fischer',
  'Hansen',
  'Kowalski',
  'Moreau',
  'Novak',
  'Rossi',
  'Silva',
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const title = (draw: Draw): string => `${capital(draw.pick(adjectives))} ${capital(draw.pick(nouns))}`;
const person = (draw: Draw): string => `${draw.pick(firstNames)} ${draw.pick(lastNames)}`;
const sentence = (draw: Draw): string =>
  `The ${draw.pick(adjectives)} ${draw.pick(nouns)} stands by the ${draw.pick(adjectives)} ${draw.pick(nouns)}.`;
const digits = (draw: Draw, count: number): string =>
  Array.from({ length: count }, () => String(draw.whole(0, 9))).join('');
const two = (number: number): string => String(number).padStart(2, '0');

/** A segment of a resource's name: "amber-kettle-417". */
export const idText = (draw: Draw): string =>
  `${draw.pick(adjectives)}-${draw.pick(nouns)}-${draw.whole(100, 999)}`;

/** A UUID of version 4. */
export function uuidText(draw: Draw): string {
  return `${draw.hex(8)}-${draw.hex(4)}-4${draw.hex(3)}-${draw.pick(['8', '9', 'a', 'b'])}${draw.hex(3)}-${draw.hex(12)}`;
}

const email = (draw: Draw): string =>
  `${draw.pick(firstNames)}.${draw.pick(lastNames)}@example.com`.toLowerCase();
const host = (draw: Draw): string => `${draw.pick(nouns)}.example.com`;
const url = (draw: Draw): string => `https://example.com/${draw.pick(nouns)}/${draw.whole(1, 99)}`;
/** Of the block for documentation (RFC 5737). */
const address = (draw: Draw): string => `192.0.2.${draw.whole(1, 254)}`;
const date = (draw: Draw): string => `2025-${two(draw.whole(1, 12))}-${two(draw.whole(1, 28))}`;

/** EAN-13: twelve digits and the one that checks them. */
function barCode(draw: Draw): string {
  const body = `4${digits(draw, 11)}`;
  const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

/** Ends of field names → what such fields hold. The first that fits counts. */
const byName: readonly (readonly [end: RegExp, make: (draw: Draw) => string])[] = [
  [/(^|_)e?mail(_address)?$/, email],
  [/(^|_)(url|uri|link|href|website|homepage|endpoint)$/, url],
  [/(^|_)(host|hostname|domain|server)$/, host],
  [/(^|_)(ip|ip_address|remote_addr)$/, address],
  [/(^|_)(phone|phone_number|mobile|fax)$/, (draw) => `+1 555 01${digits(draw, 2)}`],
  [/(^|_)(first|given)_name$/, (draw) => draw.pick(firstNames)],
  [/(^|_)(last|family)_name$|^surname$/, (draw) => draw.pick(lastNames)],
  [/(^|_)(full_name|author|owner|customer|recipient|contact|person|creator|assignee)$/, person],
  [/(^|_)(user|username|login|handle|nickname)$/, (draw) => draw.pick(firstNames).toLowerCase()],
  [
    /(^|_)(country|country_code|region_code|nationality)$/,
    (draw) => draw.pick(['DE', 'FR', 'JP', 'US', 'BR']),
  ],
  [/(^|_)(language|language_code|locale|lang)$/, (draw) => draw.pick(['en', 'de', 'fr', 'ja', 'pt-BR'])],
  [/(^|_)(currency|currency_code)$/, (draw) => draw.pick(['EUR', 'USD', 'GBP', 'JPY'])],
  [/(^|_)(time_?zone|tz)$/, (draw) => draw.pick(['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'])],
  [/(^|_)(city|locality|town)$/, (draw) => draw.pick(['Berlin', 'Lisbon', 'Osaka', 'Toronto'])],
  [
    /(^|_)(street|address|address_line\d?|address_lines)$/,
    (draw) => `${draw.whole(1, 99)} ${title(draw)} Street`,
  ],
  [/(^|_)(postal_code|postcode|zip|zip_code)$/, (draw) => digits(draw, 5)],
  [/(^|_)(colou?r)$/, (draw) => `#${draw.hex(6)}`],
  [/(^|_)(uuid|guid)$/, uuidText],
  [/(^|_)(ean|gtin|barcode)$/, barCode],
  [/(^|_)sku$/, (draw) => `SKU-${digits(draw, 6)}`],
  [/(^|_)(etag|checksum|fingerprint|md5|nonce)$/, (draw) => draw.hex(16)],
  [/(^|_)(sha256|digest|hash)$/, (draw) => draw.hex(64)],
  [/(^|_)(token|key|secret|code|password)$/, (draw) => draw.hex(12)],
  [/(^|_)(uid|id|ids|number|reference)$/, idText],
  [/(^|_)version$/, (draw) => `${draw.whole(1, 4)}.${draw.whole(0, 9)}.${draw.whole(0, 9)}`],
  [/(^|_)(content_type|mime_type|media_type)$/, () => 'application/json'],
  [/(^|_)(file|file_name|filename)$/, (draw) => `${draw.pick(nouns)}.txt`],
  [/(^|_)path$/, (draw) => `/${draw.pick(nouns)}/${draw.pick(nouns)}`],
  [/(^|_)(date|day|birthday)$/, date],
  [/(^|_)time$/, (draw) => `${date(draw)}T${two(draw.whole(0, 23))}:${two(draw.whole(0, 59))}:00Z`],
  [
    /(^|_)(description|summary|note|notes|comment|text|message|body|content|reason|details?|abstract)$/,
    sentence,
  ],
  [/(^|_)(title|name|label|subject|headline|brand|product|company|organi[sz]ation)$/, title],
  [/(^|_)(tags?|labels?|keywords?|categor(y|ies)|kind|type)$/, (draw) => draw.pick(nouns)],
];

/** A text such as a field of this name holds. */
export function plausibleText(name: string, draw: Draw): string {
  const make = byName.find(([end]) => end.test(name))?.[1];
  return make === undefined ? `${draw.pick(adjectives)} ${draw.pick(nouns)}` : make(draw);
}

const ipv6 = (draw: Draw): string => `2001:db8::${draw.whole(1, 0xffff).toString(16)}`;
const crockford = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'];

/** Formats of buf.validate.StringRules by their names. */
export const formats: Readonly<Record<string, (draw: Draw) => string>> = {
  email: (draw) => draw.pick([email(draw), 'a@example.com', 'a@b.co']),
  hostname: host,
  ip: address,
  ipv4: address,
  ipv6,
  uri: (draw) => draw.pick([url(draw), 'https://example.com']),
  uri_ref: (draw) => `/${draw.pick(nouns)}/${draw.whole(1, 99)}`,
  address: host,
  uuid: uuidText,
  tuuid: (draw) => uuidText(draw).replaceAll('-', ''),
  ip_with_prefixlen: (draw) => `${address(draw)}/24`,
  ipv4_with_prefixlen: (draw) => `${address(draw)}/24`,
  ipv6_with_prefixlen: (draw) => `${ipv6(draw)}/64`,
  ip_prefix: (draw) => `10.${draw.whole(0, 255)}.0.0/16`,
  ipv4_prefix: (draw) => `10.${draw.whole(0, 255)}.0.0/16`,
  ipv6_prefix: (draw) => `2001:db8:${draw.whole(1, 0xffff).toString(16)}::/48`,
  host_and_port: (draw) => `${host(draw)}:${draw.whole(1024, 65_535)}`,
  ulid: (draw) => `01${Array.from({ length: 24 }, () => draw.pick(crockford)).join('')}`,
  protobuf_fqn: (draw) => `example.v1.${capital(draw.pick(nouns))}`,
  protobuf_dot_fqn: (draw) => `.example.v1.${capital(draw.pick(nouns))}`,
};
