import { type HeaderFields, listElements } from '../../headers.js';

/** What a client would like (RFC 7240); what is malformed or unknown is passed over, as the RFC has it. */
export interface Preferences {
  /** Seconds that the client will wait for the end of what it asks for. */
  readonly waitS: number | undefined;
  readonly respondAsync: boolean;
}

/** preference = token [ "=" word ] *( ";" parameter ); of several of one name the first counts. */
export function preferencesOf(headers: HeaderFields): Preferences {
  let waitS: number | undefined;
  let respondAsync = false;
  for (const element of listElements(headers, 'prefer')) {
    const [preference = ''] = element.split(';');
    const [, seconds] = /^wait\s*=\s*"?(\d{1,9})"?$/i.exec(preference.trim()) ?? [];
    if (seconds !== undefined) waitS ??= Number(seconds);
    respondAsync ||= /^respond-async$/i.test(preference.trim());
  }
  return { waitS, respondAsync };
}
