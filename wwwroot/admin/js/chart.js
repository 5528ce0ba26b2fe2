// Days as bars: what came in stands up, what went back and the fees hang down, and a line is what was left. Whole numbers in,
// positions out; the table beside it says the same in words.
import { digits } from '../../js/i18n.js';
import { money } from '../../js/money.js';
import { shortDay } from '../../js/time.js';

const space = 'http://www.w3.org/2000/svg';
const width = 720, height = 260, left = 8, right = 8, top = 26, bottom = 26;

function make(tag, attributes, text) {
  const node = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

export function chart(days, label) {
  const up = Math.max(1, ...days.map(day => Math.max(day.paid, day.net)));
  const down = Math.max(0, ...days.map(day => Math.max(day.refunded + day.fees, -day.net)));
  const scale = (height - top - bottom) / (up + down);
  const zero = top + up * scale;
  const step = (width - left - right) / days.length;
  const wide = Math.max(2, Math.min(40, step * .7));
  const x = at => left + step * at + step / 2;
  const y = paisa => zero - paisa * scale;
  const round = value => Math.round(value * 10) / 10;

  const picture = make('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label });
  const bar = (day, at, from, to, name) => {
    if (to === from) return;
    const [high, low] = [y(Math.max(from, to)), y(Math.min(from, to))];
    const shape = make('rect', { class: name, x: round(x(at) - wide / 2), y: round(high), width: round(wide), height: round(Math.max(1, low - high)) });
    shape.append(make('title', {}, `${shortDay(day.day)}: ${money(day[name])}`));
    picture.append(shape);
  };

  picture.append(make('text', { class: 'scale', x: left, y: top - 10 }, money(up)));
  picture.append(make('line', { class: 'grid', x1: left, x2: width - right, y1: round(y(up)), y2: round(y(up)) }));
  days.forEach((day, at) => {
    bar(day, at, 0, day.paid, 'paid');
    bar(day, at, 0, -day.refunded, 'refunded');
    bar(day, at, -day.refunded, -day.refunded - day.fees, 'fees');
  });
  picture.append(make('line', { class: 'zero', x1: left, x2: width - right, y1: round(zero), y2: round(zero) }));
  picture.append(make('polyline', { class: 'net', points: days.map((day, at) => `${round(x(at))},${round(y(day.net))}`).join(' ') }));
  const every = days.length <= 7 ? 1 : Math.ceil(days.length / 5); // as many as fit beside each other on a phone
  days.forEach((day, at) => {
    if ((days.length - 1 - at) % every === 0 && at > 0 || days.length <= 7) {
      picture.append(make('text', { class: 'day', x: round(x(at)), y: height - 6, 'text-anchor': at === days.length - 1 && days.length > 10 ? 'end' : 'middle' }, digits(shortDay(day.day))));
    }
  });
  return picture;
}
