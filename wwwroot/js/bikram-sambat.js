// Nepal's own calendar, Bikram Sambat. Pure. The lengths of its months follow the sky and are set year by year, so they can
// only be looked up. The table ends where published tables begin to contradict each other about the first of Shrawan (2086): a
// receipt with no Bikram Sambat date is better than one with a wrong one. Add each year when Nepal's calendar committee has settled it.
const firstYear = 2070;
const firstDay = dayNumber(2013, 4, 14); // 1 Baisakh 2070

const lengths = [
  [31, 31, 31, 32, 31, 31, 29, 30, 30, 29, 30, 30], // 2070
  [31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30],
  [31, 32, 31, 32, 31, 30, 30, 29, 30, 29, 30, 30],
  [31, 32, 31, 32, 31, 30, 30, 30, 29, 29, 30, 31],
  [31, 31, 31, 32, 31, 31, 30, 29, 30, 29, 30, 30],
  [31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30], // 2075
  [31, 32, 31, 32, 31, 30, 30, 30, 29, 29, 30, 30],
  [31, 32, 31, 32, 31, 30, 30, 30, 29, 30, 29, 31],
  [31, 31, 31, 32, 31, 31, 30, 29, 30, 29, 30, 30],
  [31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30],
  [31, 32, 31, 32, 31, 30, 30, 30, 29, 29, 30, 30], // 2080
  [31, 32, 31, 32, 31, 30, 30, 30, 29, 30, 29, 31],
  [31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30],
  [31, 31, 32, 31, 31, 31, 30, 29, 30, 29, 30, 30],
  [31, 32, 31, 32, 31, 30, 30, 30, 29, 29, 30, 31],
  [30, 32, 31, 32, 31, 30, 30, 30, 29, 30, 29, 31], // 2085
];

export const months = ['वैशाख', 'जेठ', 'असार', 'साउन', 'भदौ', 'असोज', 'कात्तिक', 'मंसिर', 'पुस', 'माघ', 'फागुन', 'चैत'];

function dayNumber(year, month, day) { return Math.round(Date.UTC(year, month - 1, day) / 86_400_000); }

// The Gregorian date (months from 1) as { year, month, day } of Bikram Sambat, or null where the table does not reach.
export function bikramSambat(year, month, day) {
  let left = dayNumber(year, month, day) - firstDay;
  if (!(left >= 0)) return null;
  for (const [index, lengthsOfYear] of lengths.entries()) {
    for (const [at, length] of lengthsOfYear.entries()) {
      if (left < length) return { year: firstYear + index, month: at + 1, day: left + 1 };
      left -= length;
    }
  }
  return null;
}
