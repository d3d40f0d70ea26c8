const whole = new Intl.NumberFormat('en');

/** 1234567 → "1,234,567" @param {number} count */
export const count = (count) => whole.format(count);

/** Three digits: 0.25, 3.1, 42, 1,234. @param {number} value */
export function amount(value) {
  if (value === 0) return '0';
  if (value < 0.01) return '<0.01';
  if (value < 1) return value.toFixed(2);
  return value < 9.95 ? value.toFixed(1) : count(Math.round(value));
}

/** 0.0123 → "1.2%" @param {number} share */
export function percent(share) {
  if (share === 0) return '0%';
  return share < 0.0005 ? '<0.1%' : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;
}

/** 0.4 → ["0.40", "ms"], 90000 → ["1.5", "min"] @param {number | undefined} ms @returns {[string, string]} */
export function durationParts(ms) {
  if (ms === undefined) return ['–', ''];
  if (ms < 1000) return [amount(ms), 'ms'];
  return ms < 60_000 ? [(ms / 1000).toFixed(ms < 9950 ? 1 : 0), 's'] : [(ms / 60_000).toFixed(1), 'min'];
}

/** @param {number | undefined} ms */
export const duration = (ms) => durationParts(ms).join('\u202f').trim();

/** 3725 → "1 h 2 min" @param {number} seconds */
export function span(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.floor(seconds)} s`;
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** @param {number} bytes @returns {[string, string]} */
export const bytesParts = (bytes) => [count(Math.round(bytes / (1024 * 1024))), 'MiB'];

/** "14:03:07", in the time of whoever looks. @param {number} ms */
export const clockTime = (ms) => new Date(ms).toLocaleTimeString('en-GB');

/** @param {number} ms */
export const hourAndMinute = (ms) => clockTime(ms).slice(0, 5);
