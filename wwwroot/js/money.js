// Formats paisa. Uses integers and text only, so that nothing is rounded.
import { language, digits } from './i18n.js';

// 15000000 -> "1,50,000": the last three digits, then pairs, as Nepal writes them.
export function group(whole) {
  const text = String(whole);
  const head = text.slice(0, -3);
  return head === '' ? text : `${head.replace(/\B(?=(\d\d)+$)/g, ',')},${text.slice(-3)}`;
}

export function money(paisa) {
  if (!Number.isSafeInteger(paisa)) return '–';
  const size = Math.abs(paisa);
  const rest = size % 100;
  const text = group((size - rest) / 100) + (rest === 0 ? '' : `.${String(rest).padStart(2, '0')}`);
  return `${paisa < 0 ? '−' : ''}${language() === 'ne' ? 'रु' : 'Rs'}\u00a0${digits(text)}`;
}

// A discount is a line that is taken off. On the wire its price is positive, as all prices are.
export const signed = (line, paisa) => line.kind === 'discount' ? -paisa : paisa;
