// Moments are shown in Nepal time, whatever clock the shopper's device has.
import { bikramSambat, months } from './bikram-sambat.js';
import { language, digits } from './i18n.js';
import { now } from './server-clock.js';

const english = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const nepali = ['जनवरी', 'फेब्रुअरी', 'मार्च', 'अप्रिल', 'मे', 'जुन', 'जुलाई', 'अगस्ट', 'सेप्टेम्बर', 'अक्टोबर', 'नोभेम्बर', 'डिसेम्बर'];

function nepal(moment) {
  const shifted = new Date(moment + (5 * 60 + 45) * 60_000); // Nepal keeps +05:45 all year
  const two = value => String(value).padStart(2, '0');
  return {
    day: shifted.getUTCDate(), month: shifted.getUTCMonth() + 1, year: shifted.getUTCFullYear(),
    clock: `${two(shifted.getUTCHours())}:${two(shifted.getUTCMinutes())}`,
  };
}

export function clock(iso) {
  const moment = Date.parse(iso ?? '');
  return Number.isNaN(moment) ? '' : digits(nepal(moment).clock);
}

// On a narrow page a line ends between the calendars, not within a date.
const unbroken = text => text.replaceAll(' ', '\u00a0');

// In Nepali both calendars: the one people live by, and the one that Khalti and banks print.
function date({ year, month, day }) {
  if (language() !== 'ne') return `${day} ${english[month - 1]} ${year}`;
  const ours = bikramSambat(year, month, day);
  const theirs = unbroken(`सन् ${year} ${nepali[month - 1]} ${day}`);
  return digits(ours === null ? theirs : `${unbroken(`वि.सं. ${ours.year} ${months[ours.month - 1]} ${ours.day}`)} (${theirs})`);
}

export function dateAndTime(iso) {
  const moment = Date.parse(iso ?? '');
  if (Number.isNaN(moment)) return '';
  const when = nepal(moment);
  return `${date(when)},\u00a0${digits(when.clock)}`;
}

export function today(iso) {
  const moment = Date.parse(iso ?? '');
  return !Number.isNaN(moment) && date(nepal(moment)) === date(nepal(now()));
}

// A day that is one already: "2026-11-20".
function dayIn(text) {
  const [year, month, day] = text.split('-').map(Number);
  return { year, month, day };
}

export const dayOf = text => date(dayIn(text));

// Where there is little room: in the calendar people live by, without the year.
function short({ year, month, day }) {
  if (language() !== 'ne') return `${day} ${english[month - 1].slice(0, 3)}`;
  const ours = bikramSambat(year, month, day);
  return digits(ours === null ? `${nepali[month - 1]} ${day}` : `${months[ours.month - 1]} ${ours.day}`);
}

export const shortDay = text => short(dayIn(text));

// The year only where it is another one.
export function shortTime(iso) {
  const moment = Date.parse(iso ?? '');
  if (Number.isNaN(moment)) return '';
  const when = nepal(moment);
  return when.year === nepal(now()).year ? `${unbroken(short(when))}, ${digits(when.clock)}` : dateAndTime(iso);
}
