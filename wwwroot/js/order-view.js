// Draws how the order stands, and the panel to pay it. Only what the server said about the order is shown as true.
import { byId, setText, show } from './dom.js';
import { digits, has, language, t } from './i18n.js';
import { money } from './money.js';
import { now } from './server-clock.js';
import { clock, dateAndTime, today } from './time.js';
import { hasOpenLink, isOpen, newestPayment, payable, tone } from './order-state.js';

const write = (id, text) => {
  setText(byId(id), text);
  show(byId(id), text !== '');
};

export function drawMessage(key, { reference = '', toneOf = 'wait', what = '' } = {}) {
  const status = byId('order-status');
  Object.assign(status.dataset, { status: '', payment: '', tone: toneOf, state: key });
  say(t(key), t(`${key}.text`, { what }));
  write('status-more', '');
  write('status-why', '');
  write('status-note', '');
  drawReference(reference);
}

function say(title, text) {
  const heading = byId('status-title');
  delete heading.dataset.i18n; // from here on it is ours
  setText(heading, title);
  setText(byId('status-text'), text);
}

function drawReference(id) {
  setText(byId('reference-id'), id);
  show(byId('reference'), id !== '');
}

export function drawStatus({ order, state, why, notice }) {
  Object.assign(byId('order-status').dataset,
    { status: order.status, payment: newestPayment(order)?.status ?? '', tone: tone(state), state });
  say(t(`s.${state}`), t(`s.${state}.text`, { amount: money(order.amount), back: money(order.amountRefunded ?? 0) }));
  const settled = ['paid', 'refunded', 'partially_refunded'].includes(state);
  const abandoned = state === 'cancelled' && hasOpenLink(order);
  write('status-more', settled && isOpen(order) ? t('s.paid.more') : abandoned ? t('s.cancelled.link') : '');
  write('status-why', state === 'checking' ? t(`why.${why ?? 'waiting'}`) : '');
  write('status-note', noteFor(notice, state));
  byId('status-note').classList.toggle('mild', mild.includes(notice?.code));
  drawReference(order.id);
}

const inviting = ['closed', 'left', 'widget_blocked', 'unreachable', 'payment_declined', 'validation_failed', 'amount_mismatch', 'khalti_unavailable', 'initiate_unknown'];
const windowOnly = ['closed', 'left', 'widget_blocked', 'unreachable'];
const mild = ['closed', 'left', 'changed'];

// What came of the shopper's last step. The state itself already says it after a declined try.
function noteFor(notice, state) {
  if (!notice || (notice.code === 'payment_declined' && state !== 'open')) return '';
  // While a payment is open, nothing on the page may invite another one; nor when the order takes none any more.
  if (['verifying', 'needs_review', 'checking', 'held'].includes(state) && notice.code !== 'payment_in_progress') return '';
  if (inviting.includes(notice.code) && !payable(state)) return '';
  // The payment's state at Khalti is shown above; this is about the widget's window only.
  if (state === 'initiated' && windowOnly.includes(notice.code)) return t('n.window_only');
  if (notice.code === 'payment_in_progress' && payable(state)) return t('n.changed');
  if (state === 'initiated' && notice.code === 'not_cancellable') return t('n.not_cancellable.link');
  return has(`n.${notice.code}`) ? t(`n.${notice.code}`, { what: notice.what }) : t('n.refused', { code: notice.code });
}

export function drawPay({ order, state, config, opening }) {
  const may = payable(state);
  const widget = may && config?.widget?.enabled === true;
  const epayment = may && config?.epayment?.enabled === true;
  show(byId('pay-panel'), may && config !== null);
  const button = byId('pay-with-khalti');
  show(button, widget);
  setText(button, opening === 'widget' ? t('pay.opening') : t('pay.khalti', { amount: money(order.amount) }));
  button.setAttribute('aria-disabled', String(opening !== null));
  const link = byId('pay-with-epayment');
  show(link, epayment);
  link.classList.toggle('second', widget);
  setText(link, opening === 'epayment' ? t('pay.opening') : widget ? t('pay.epayment') : t('pay.khalti', { amount: money(order.amount) }));
  link.setAttribute('aria-disabled', String(opening !== null));
  show(byId('pay-none'), may && !widget && !epayment);
  show(byId('pay-how'), widget || epayment);
  setText(byId('pay-how'), [widget && t('pay.how'), epayment && t('pay.howPage')].filter(Boolean).join(' '));
  show(byId('pay-practice'), (widget || epayment) && config?.mode === 'sandbox');
  show(byId('cancel'), may);
  show(byId('pay-time'), may && Boolean(order.expiresAt));
  if (may && order.expiresAt) {
    setText(byId('pay-before'), t('pay.before', { time: today(order.expiresAt) ? clock(order.expiresAt) : dateAndTime(order.expiresAt) }));
    drawCountdown(order);
  }
}

export function drawCountdown(order) {
  const seconds = Math.max(0, Math.floor((Date.parse(order.expiresAt) - now()) / 1000));
  const minutes = Math.floor(seconds / 60);
  const left = byId('pay-left');
  left.lang = language();
  setText(left, minutes < 60
    ? t('pay.left', { minutes: digits(minutes), seconds: digits(seconds % 60) })
    : t('pay.leftLong', { hours: digits(Math.floor(minutes / 60)), minutes: digits(minutes % 60) }));
}
