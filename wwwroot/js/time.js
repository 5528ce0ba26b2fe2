// Moments are shown in Nepal time, whatever clock the shopper's device has.
import { language, digits } from './i18n.js';

let ahead = 0; // how far the server's clock is ahead of this device's, in ms

export function learnServerTime(dateHeader) {
  const server = Date.parse(dateHeader ?? '');
  if (!Number.isNaN(server)) ahead = server - Date.now();
}

export const now = () => Date.now() + ahead;

const months = {
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
  ne: ['जनवरी', 'फेब्रुअरी', 'मार्च', 'अप्रिल', 'मे', 'जुन', 'जुलाई', 'अगस्ट', 'सेप्टेम्बर', 'अक्टोबर', 'नोभेम्बर', 'डिसेम्बर'],
};

function nepal(moment) {
  const shifted = new Date(moment + (5 * 60 + 45) * 60_000); // Nepal keeps +05:45 all year
  const two = value => String(value).padStart(2, '0');
  return {
    day: shifted.getUTCDate(), month: months[language()][shifted.getUTCMonth()], year: shifted.getUTCFullYear(),
    clock: `${two(shifted.getUTCHours())}:${two(shifted.getUTCMinutes())}`,
  };
}

export function clock(iso) {
  const moment = Date.parse(iso ?? '');
  return Number.isNaN(moment) ? '' : digits(nepal(moment).clock);
}

export function dateAndTime(iso) {
  const moment = Date.parse(iso ?? '');
  if (Number.isNaN(moment)) return '';
  const { day, month, year, clock: at } = nepal(moment);
  return digits(language() === 'ne' ? `${year} ${month} ${day}, ${at}` : `${day} ${month} ${year}, ${at}`);
}

export const today = iso => dateAndTime(iso).split(',')[0] === dateAndTime(new Date(now()).toISOString()).split(',')[0];
