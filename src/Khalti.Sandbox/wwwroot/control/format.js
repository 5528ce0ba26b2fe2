// Money and time as people in Nepal read them.
export function money(paisa) {
  return `${Math.floor(paisa / 100).toLocaleString('en-IN')}.${String(paisa % 100).padStart(2, '0')}`;
}

const zone = { timeZone: 'Asia/Kathmandu', hourCycle: 'h23' };
const time = new Intl.DateTimeFormat('en-GB', { ...zone, timeStyle: 'medium' });
const dateTime = new Intl.DateTimeFormat('en-GB', { ...zone, dateStyle: 'medium', timeStyle: 'medium' });

export const nepalTime = instant => time.format(new Date(instant));
export const nepalDateTime = instant => dateTime.format(new Date(instant));
